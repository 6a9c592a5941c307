"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from polyvox.cli.faults import JSON_WANTED


def _remember(ctx: typer.Context, value: bool) -> bool:
    if value:
        ctx.meta[JSON_WANTED] = True
    return value


Json = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Print JSON on standard output, and errors as JSON on standard error.",
        callback=_remember,
        is_eager=True,
    ),
]
