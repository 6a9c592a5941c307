"""``polyvox cache``: the audio that is kept for the next asking."""

from __future__ import annotations

import typer

from polyvox.cli.options import Json
from polyvox.cli.output import done, print_json, put
from polyvox.cli.session import call

app = typer.Typer(
    name="cache",
    help="Audio that is kept for the next asking: how much, and clearing it.",
    no_args_is_help=True,
)


@app.command()
def show(as_json: Json = False) -> None:
    """Show how many segments are kept, and how much space they take."""
    usage = call(lambda services: services.store.usage(), providers=False)
    if as_json:
        print_json(usage)
    else:
        put(f"{usage.entries} segments, {usage.size_bytes / 1_048_576:.1f} MB")


@app.command()
def clear(as_json: Json = False) -> None:
    """Delete all of it; what is asked for again is made again."""
    removed = call(lambda services: services.store.clear(), providers=False)
    done({"removed": removed}, f"{removed} segments are deleted.", as_json=as_json)
