"""``polyvox voices``: listed, and installed where a provider's voices are files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from polyvox.cli.asking import normalized
from polyvox.cli.options import Json
from polyvox.cli.output import print_json, put, say, table
from polyvox.cli.progress import file_bars
from polyvox.cli.session import call

if TYPE_CHECKING:
    from polyvox.domain.capabilities import Voice
    from polyvox.services.container import Services

app = typer.Typer(
    name="voices", help="List voices, and install new ones.", invoke_without_command=True
)


@app.callback()
def voices(
    ctx: typer.Context,
    provider: Annotated[str | None, typer.Option(help="Only this provider's.")] = None,
    language: Annotated[str | None, typer.Option(help="Only those that speak it.")] = None,
    as_json: Json = False,
) -> None:
    """List voices, and install new ones."""
    if ctx.invoked_subcommand is not None:
        return

    async def listed(services: Services) -> list[Voice]:
        return await services.providers.voices(provider, normalized(language))

    found = call(listed)
    if as_json:
        print_json(found)
        return
    table(
        ("voice", "provider", "languages", "quality", "speakers"),
        (
            (v.id, v.provider, ", ".join(v.languages), v.quality, len(v.speakers) or None)
            for v in found
        ),
        empty="No voice was found.",
    )


@app.command()
def catalogue(
    provider: Annotated[str, typer.Argument(help="Its id, such as piper.")],
    as_json: Json = False,
) -> None:
    """List the voices that can be installed."""

    async def listed(services: Services) -> Sequence[str]:
        return await services.installs.catalogue(provider)

    ids = call(listed, providers=False)
    if as_json:
        print_json(list(ids))
    else:
        put("\n".join(ids))


@app.command()
def install(
    provider: Annotated[str, typer.Argument(help="Its id, such as piper.")],
    names: Annotated[list[str], typer.Argument(metavar="VOICE...", help="Ids of voices.")],
    as_json: Json = False,
) -> None:
    """Fetch voices, check them, and install each whole or not at all."""

    async def installed(services: Services) -> list[Voice]:
        installer = services.installs.voice_installer(provider)
        with file_bars() as progress:
            return [await installer.install_voice(name, progress) for name in names]

    found = call(installed, providers=False)
    if as_json:
        print_json(found)
        return
    for voice in found:
        say(f"{voice.id} is installed. Try it: polyvox speak 'Hello.' --voice {voice.id} -o a.wav")
