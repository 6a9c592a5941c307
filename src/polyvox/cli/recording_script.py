"""``polyvox samples script``."""

from __future__ import annotations

from typing import Annotated

import typer

from polyvox.cli.asking import normalized
from polyvox.cli.options import Json
from polyvox.cli.output import print_json, put, say


def script(
    language: Annotated[str, typer.Option(help="Of the sample, such as de.")] = "en",
    store: Annotated[
        str | None, typer.Option(help="A name to say in place of [Store Name].")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what to read for a sample: sentences in four moods, and how long each takes."""
    from polyvox.domain.recording_script import recording_script

    found = recording_script(normalized(language) or language, store)
    if as_json:
        print_json(found)
        return
    for part in found.parts:
        put(f"{part.mood.value.capitalize()}, about {part.expected_s:.0f} s:")
        for sentence in part.sentences:
            put(f"  {sentence.text}")
    say(f"About {found.expected_s:.0f} s in all.")
    if found.note:
        say(found.note)
