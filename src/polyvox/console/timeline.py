"""How a reply came about: its segments, who spoke each, why others did not. It grows with the reply."""

from __future__ import annotations

from nicegui import ui

from polyvox.console.editing import Editing
from polyvox.console.frame import heading
from polyvox.console.remedies import offer
from polyvox.console.timeline_view import Kind, Row, Step, others, row, summary
from polyvox.domain.speech import SpeechReport

COLOURS = {
    Kind.SPOKE: "bg-green-7",
    Kind.REPLAYED: "bg-blue-7",
    Kind.FAILED: "bg-red-7",
    Kind.STOPPED: "bg-grey-7",
}
"""Of the pieces of a segment's bar. The list below it says the same in words."""


class Timeline:
    """Built where it is made."""

    def __init__(self, editing: Editing) -> None:
        self._editing = editing
        self._name = editing.host.services.providers.name_of
        self._status = ui.label().props('role="status"').classes("text-bold")
        self._segments = ui.element("ol").classes("w-full q-pa-none q-ma-none")
        self._others = ui.column().classes("w-full gap-1")
        self._clear()

    def _clear(self) -> None:
        self._shown = ""
        self._drawn: list[tuple[Row, ui.element]] = []
        self._passed: list[Step] = []
        self._longest = 0.0
        self._segments.clear()
        self._others.clear()

    def show(self, report: SpeechReport) -> None:
        """Draws what has changed since it was shown last, and all of another reply."""
        if report.id != self._shown:
            self._clear()
            self._shown = report.id
        self._status.set_text(summary(report))
        rows = [row(segment, self._name) for segment in report.segments if segment.attempts]
        longest = max((each.ms for each in rows), default=0.0)
        if longest > self._longest:
            self._longest = longest
            self._redraw(rows, 0)
        else:
            self._redraw(rows, self._unchanged(rows))
        if (passed := others(report, self._name)) != self._passed:
            self._passed = passed
            self._tell_others()

    def _unchanged(self, rows: list[Row]) -> int:
        """How many rows at the beginning are drawn as they are."""
        same = 0
        while same < min(len(rows), len(self._drawn)) and rows[same] == self._drawn[same][0]:
            same += 1
        return same

    def _redraw(self, rows: list[Row], first: int) -> None:
        for _, element in self._drawn[first:]:
            element.delete()
        del self._drawn[first:]
        with self._segments:
            self._drawn += [(each, self._draw(each)) for each in rows[first:]]

    def _draw(self, drawn: Row) -> ui.element:
        with ui.element("li").classes("list-none w-full q-py-sm") as item:
            ui.label(drawn.title).classes("quiet")
            with ui.row().props('aria-hidden="true"').classes("w-full gap-0 no-wrap q-my-xs"):
                for step in drawn.steps:
                    if step.ms and self._longest:
                        share = 100 * step.ms / self._longest
                        piece = ui.element("div").classes(COLOURS.get(step.kind, "bg-grey-7"))
                        piece.style(f"width: {share:.2f}%; min-width: 3px; height: 8px")
            for step in drawn.steps:
                self._say(step)
        return item

    def _tell_others(self) -> None:
        self._others.clear()
        if self._passed:
            with self._others:
                heading("Who was not asked", 3)
                for step in self._passed:
                    self._say(step)

    def _say(self, step: Step) -> None:
        with ui.row().classes("items-start no-wrap gap-2"):
            ui.icon(step.kind.value, size="1.25rem").props('aria-hidden="true"').classes("q-mt-xs")
            with ui.column().classes("gap-0").style("overflow-wrap: anywhere"):
                ui.label(step.said)
                if step.detail:
                    ui.label(step.detail).classes("quiet text-sm")
                if step.out:
                    offer(self._editing, step.out.provider, step.out.remedy, step.out.code)
