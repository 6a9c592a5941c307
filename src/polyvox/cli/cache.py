"""``polyvox cache``: the audio that is kept for the next asking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from polyvox.cli.options import Json
from polyvox.cli.output import print_json, put, say
from polyvox.cli.session import call

if TYPE_CHECKING:
    from polyvox.cache.folder import Usage
    from polyvox.services.container import Services

app = typer.Typer(
    name="cache",
    help="Audio that is kept for the next asking: how much, and clearing it.",
    no_args_is_help=True,
)


@app.command()
def show(as_json: Json = False) -> None:
    """Show how many segments are kept, and how much space they take."""

    async def used(services: Services) -> Usage:
        return await services.store.usage()

    usage = call(used, providers=False)
    if as_json:
        print_json(usage)
    else:
        put(f"{usage.entries} segments, {usage.size_bytes / 1_048_576:.1f} MB")


@app.command()
def clear(as_json: Json = False) -> None:
    """Delete all of it; what is asked for again is made again."""

    async def cleared(services: Services) -> int:
        return await services.store.clear()

    removed = call(cleared, providers=False)
    if as_json:
        print_json({"removed": removed})
    else:
        say(f"{removed} segments are deleted.")
