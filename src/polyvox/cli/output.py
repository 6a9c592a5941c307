"""What commands print: results on stdout, messages on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

if TYPE_CHECKING:
    from rich.console import Console

RowT = TypeVar("RowT")

UNBOUNDED = 100_000
"""Columns where nobody watches: a pipe gets every row on one line, whole."""

STATE_STYLES = {
    **dict.fromkeys(("ready", "good"), "green"),
    **dict.fromkeys(("loading", "fair", "repairable"), "yellow"),
    **dict.fromkeys(("unavailable", "bad", "unusable"), "red"),
}


def print_json(data: Any, *, file: TextIO | None = None, indent: int | None = 2) -> None:
    """Models, dataclasses, mappings, dates: whatever holds data. Without indent on one line."""
    from pydantic_core import to_jsonable_python

    plain = to_jsonable_python(data, fallback=lambda odd: dict(odd))
    text = json.dumps(plain, indent=indent, ensure_ascii=False)
    print(text, file=file or sys.stdout, flush=True)


def say(message: str) -> None:
    """A message for the person at the terminal."""
    print(message, file=sys.stderr, flush=True)  # noqa: T201 - a command speaks here


def put(text: str) -> None:
    """A result for people."""
    print(text, flush=True)  # noqa: T201 - a command speaks here


def console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    watched = (sys.stderr if stderr else sys.stdout).isatty() or "COLUMNS" in os.environ
    return Console(stderr=stderr, width=None if watched else UNBOUNDED, highlight=False)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Rows for people: cells fold on a narrow terminal, nothing is cut off. ``empty`` on stderr
    when there are none."""
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        cells = ["" if cell is None else str(cell) for cell in row]
        shown.add_row(*(Text(cell, style=STATE_STYLES.get(cell, "")) for cell in cells))
    if not shown.rows:
        say(empty)
        return
    console().print(shown)


def listing(
    found: Sequence[RowT],
    columns: Sequence[str],
    cells: Callable[[RowT], Sequence[object]],
    *,
    empty: str,
    as_json: bool,
    document: Callable[[RowT], object] = lambda row: row,
) -> None:
    """What ``document`` makes of those ``found`` as JSON, or a table whose rows ``cells`` makes;
    ``empty`` as in :func:`table`."""
    if as_json:
        print_json([document(row) for row in found])
    else:
        table(columns, map(cells, found), empty=empty)


def done(data: Any, message: str, *, as_json: bool) -> None:
    """What a command has done: ``data`` as JSON, or ``message`` for the person at the terminal."""
    if as_json:
        print_json(data)
    else:
        say(message)
