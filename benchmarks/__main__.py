"""``python -m benchmarks``: one table, every row a ratio measured in turns in this run."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from rich.console import Console

from benchmarks import (
    against_piper,
    cached,
    clouds,
    engine,
    loop_lag,
    reading,
    samples,
    styletts2,
    xtts,
)
from benchmarks.lab import Lab
from benchmarks.machine import Machine
from benchmarks.results import Row
from benchmarks.table import as_json, as_markdown, as_table
from polyvox.telemetry import configure_logging

GROUPS: dict[str, Callable[[Lab], Awaitable[list[Row]]]] = {
    "piper": against_piper.measure,
    "router": engine.measure_router,
    "decoder": engine.measure_decoder,
    "hits": cached.measure_hits,
    "twins": cached.measure_twins,
    "loop": loop_lag.measure,
    "clouds": clouds.measure,
    "samples": samples.measure,
    "reading": reading.measure,
    "xtts": xtts.measure,
    "styletts2": styletts2.measure,
}
ASKED_FOR = ("xtts", "styletts2")
"""Groups that run only when named: they take minutes, and gigabytes."""
UNBOUNDED = 300
"""Columns of the table where no terminal says how many it has."""


def main(arguments: Sequence[str] | None = None) -> None:
    asked = _parser().parse_args(arguments)
    configure_logging("WARNING")
    machine = Machine()
    groups = asked.only or [name for name in GROUPS if name not in ASKED_FOR]
    rows = asyncio.run(_measured(groups, quick=asked.quick))
    if asked.json:
        print(as_json(machine.about(), rows))
    elif asked.markdown:
        print(as_markdown(machine.about(), rows))
    else:
        as_table(machine.about(), rows, _console())


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else UNBOUNDED, highlight=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds: under a minute")
    parser.add_argument("--only", action="append", choices=GROUPS, help="this group; repeatable")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true")
    shown.add_argument("--markdown", action="store_true")
    return parser


async def _measured(groups: Sequence[str], *, quick: bool) -> list[Row]:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="polyvox-bench-") as folder:
        lab = Lab(Path(folder), quick)
        for name in groups:
            begun = time.monotonic()
            found = await GROUPS[name](lab)
            rows += found
            _say(f"{name}, {time.monotonic() - begun:.0f} s:")
            for row in found:
                _say(f"  {row.what}: {row.ratio:.3f}× {row.against}")
    return rows


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
