"""What the commands that delete have in common: a yes is needed, and they say what is gone."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from polyvox.cli.faults import UsageFault
from polyvox.cli.output import done

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def ask_to_delete(id_: str, *, yes: bool) -> None:
    """Raises UsageFault where a ``yes`` is lacking and nobody can be asked, typer.Abort on a no."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageFault("Deleting needs a yes.", remedy="Give --yes.")
    typer.confirm(f"Delete '{id_}'?", abort=True, err=True)


def say_deleted(id_: str, *, as_json: bool) -> None:
    done({"id": id_, "deleted": True}, f"{id_} is deleted.", as_json=as_json)
