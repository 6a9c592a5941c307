"""The command line. Its modules load nothing heavy; a command imports what it needs when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from polyvox.cli import (
    cache,
    doctor,
    keys,
    languages,
    lexicon,
    models,
    personalities,
    providers,
    samples,
    serve,
    speak,
    stats,
    usage,
    voices,
)
from polyvox.cli import version as version_
from polyvox.cli.faults import EXIT_CODES, TranslatingGroup
from polyvox.cli.output import put

app = typer.Typer(
    name="polyvox",
    cls=TranslatingGroup,
    epilog=EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: quicker, and the same in a pipe and on a narrow terminal
    pretty_exceptions_enable=False,  # they would show local variables: texts and keys
)


def _print_version(wanted: bool) -> None:
    if wanted:
        put(f"polyvox {version_.installed_version()}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Polyvox: one API, every voice model.

    Data lives under POLYVOX_HOME; every command works on it, with or without a running server.
    """


app.command()(speak.speak)
app.command()(serve.serve)
app.command()(providers.providers)
app.add_typer(voices.app)
app.add_typer(models.app)
app.add_typer(personalities.app)
app.add_typer(samples.app)
app.add_typer(lexicon.app)
app.command()(languages.languages)
app.command()(stats.stats)
app.command()(usage.usage)
app.add_typer(keys.app)
app.add_typer(cache.app)
app.command()(doctor.doctor)
app.command("version")(version_.show_version)


def main() -> None:
    app(prog_name="polyvox")
