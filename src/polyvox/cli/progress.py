"""Progress on stderr: bars on a terminal, plain lines elsewhere, nothing for short work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from polyvox.cli.output import console, say

if TYPE_CHECKING:
    from polyvox.domain.speech import SpeechReport
    from polyvox.provider.installing import InstallProgress

LONG_TEXT_SEGMENTS = 4
"""From so many segments on, the listener may want to see how far it is."""


@contextmanager
def segment_bar(report: SpeechReport) -> Iterator[Callable[[], None]]:
    """Segments spoken, of a long text, on a terminal; call what it gives whenever audio came."""
    if not sys.stderr.isatty() or len(report.segments) < LONG_TEXT_SEGMENTS:
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("Speaking"), BarColumn(), MofNCompleteColumn(), TextColumn("segments")
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=len(report.segments))

        def advance() -> None:
            spoken = sum(segment.spoken_by is not None for segment in report.segments)
            bar.update(task, completed=spoken, total=len(report.segments))

        yield advance


@contextmanager
def file_bars() -> Iterator[Callable[[InstallProgress], None]]:
    """One bar per file on a terminal, else a line per file that is begun and done."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn

    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn()
    with Progress(*columns, console=console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def show(step: InstallProgress) -> None:
            if step.file not in tasks:
                tasks[step.file] = bars.add_task(step.file)
            bars.update(tasks[step.file], completed=step.done_bytes, total=step.total_bytes)

        yield show


def _lines() -> Callable[[InstallProgress], None]:
    begun: set[str] = set()
    done: set[str] = set()

    def show(step: InstallProgress) -> None:
        if step.file not in begun:
            begun.add(step.file)
            size = f" ({step.total_bytes / 1e6:.1f} MB)" if step.total_bytes else ""
            say(f"{step.file}{size} …")
        if step.done_bytes == step.total_bytes and step.file not in done:
            done.add(step.file)
            say(f"{step.file} done")

    return show
