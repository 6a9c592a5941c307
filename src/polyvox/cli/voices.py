"""``polyvox voices``: listed, and installed where a provider's voices are files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from polyvox.cli.asking import normalized
from polyvox.cli.options import Json
from polyvox.cli.output import listing, print_json, say
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
    listing(
        call(lambda services: services.providers.voices(provider, normalized(language))),
        ("voice", "provider", "languages", "quality", "speakers"),
        lambda v: (v.id, v.provider, ", ".join(v.languages), v.quality, len(v.speakers) or None),
        empty="No voice was found.",
        as_json=as_json,
    )


@app.command()
def catalogue(
    provider: Annotated[str, typer.Argument(help="Its id, such as piper.")],
    language: Annotated[str | None, typer.Option(help="Only those that speak it.")] = None,
    as_json: Json = False,
) -> None:
    """List the voices that can be installed."""
    wanted = normalized(language)
    listing(
        call(lambda services: services.installs.offered(provider, wanted), providers=False),
        ("voice", "language", "quality", "speakers", "size", "cannot be used"),
        lambda v: (
            v.id,
            ", ".join(v.languages),
            v.quality,
            v.speakers,
            f"{v.size_bytes / 1e6:,.0f} MB" if v.size_bytes else None,
            v.unusable,
        ),
        empty="No voice was found.",
        as_json=as_json,
    )


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
