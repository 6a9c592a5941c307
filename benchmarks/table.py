"""The rows for people, programs and the documentation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.results import Row

COLUMNS = ("what", "ours", "base", "against", "ratio", "spread", "rounds", "goal", "met", "note")
_MET = {True: "yes", False: "no", None: ""}
_STYLES = {True: "green", False: "bold red", None: ""}


def cells(row: Row) -> tuple[str, ...]:
    return (
        row.what,
        f"{_figure(row.ours)} {row.unit}",
        f"{_figure(row.base)} {row.unit}",
        row.against,
        f"{row.ratio:.2f}×" if row.ratio >= 0.1 else f"{row.ratio:.3f}×",
        f"{row.low:.2f}–{row.high:.2f}",
        str(row.rounds),
        row.goal.text(row.unit) if row.goal else "",
        _MET[row.met],
        row.note,
    )


def _figure(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def as_table(about: dict[str, str], rows: Sequence[Row], console: Console) -> None:
    table = Table(title="Polyvox, side by side", box=None, pad_edge=False, header_style="bold")
    for column in COLUMNS:
        table.add_column(column, justify="right" if column in ("ours", "base", "ratio") else "left")
    for row in rows:
        table.add_row(*cells(row), style=_STYLES[row.met] if row.met is False else "")
    console.print(table)
    console.print(_sentence(about))


def as_markdown(about: dict[str, str], rows: Sequence[Row]) -> str:
    lines = [COLUMNS, tuple("---" for _ in COLUMNS), *(cells(row) for row in rows)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{_sentence(about)}\n\n{table}"


def as_json(about: dict[str, str], rows: Sequence[Row]) -> str:
    return json.dumps({"machine": about, "rows": [_plain(row) for row in rows]}, indent=2)


def _plain(row: Row) -> dict[str, Any]:
    goal = row.goal.text(row.unit) if row.goal else None
    return {**asdict(row), "goal": goal, "met": row.met}


def _sentence(about: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in about.items())
