"""How well who speaks: figures, charts, free tiers and recent failures, as they change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from nicegui import ui

from polyvox.console import figures
from polyvox.console.frame import frame, heading
from polyvox.console.host import ConsoleHost
from polyvox.console.performance_view import (
    HEADINGS,
    NONE,
    PERIODS,
    Bar,
    Period,
    Series,
    bars,
    series,
    table,
    unlimited,
    unused,
)
from polyvox.console.timeline_view import counted, duration
from polyvox.services.failures import Failure, told
from polyvox.services.ports import UsageTotals
from polyvox.services.quota_rows import QuotaRow

LOOK_S = 2.0
"""How often an open page looks for news."""
FAILURES = 20
"""Replies with failures that are shown."""
EVERYBODY = ""


def register(host: ConsoleHost) -> None:
    @ui.page("/performance")
    async def page(personality: str = EVERYBODY) -> None:
        with frame("Performance", here="/performance", logout=host.needs_login):
            figures.look()
            await _Dashboard(host).build(personality)


class _Dashboard:
    """What is on the page is drawn anew only where it has changed, so that nobody loses their place."""

    def __init__(self, host: ConsoleHost) -> None:
        self._services = host.services
        self._name = host.services.providers.name_of
        self._lines: list[tuple[str, ...]] = []
        self._bars: list[Bar] = []
        self._free: list[str] = []
        self._failures: list[Failure] = []
        self._series: list[Series] | None = None
        self._points: list[str] = []

    async def build(self, personality: str) -> None:
        await self._ask(personality)
        self._status = ui.label().props('role="status"').classes("quiet")
        self._table()
        heading("Over time", 2)
        self._replies = figures.chart("Replies over time, by provider", (), "Replies")
        self._first_audio = figures.chart(
            "Time to first audio, by provider", (), "Seconds to the first audio"
        )
        with ui.expansion("The charts as tables").classes("w-full"):
            self._tables()
        self._tiers()
        self._troubles()
        await self._look()
        ui.timer(LOOK_S, self._look)

    async def _ask(self, personality: str) -> None:
        everyone = await self._services.personalities.list()
        names = {EVERYBODY: "Everybody"} | {p.id: p.name for p in everyone}
        titles = {key: period.title for key, period in PERIODS.items()}
        with ui.row().classes("items-center gap-4 q-my-md w-full"):
            self._who = ui.select(
                names,
                label="Personality",
                value=personality if personality in names else EVERYBODY,
                on_change=self._look,
            )
            self._when = ui.select(titles, label="Period", value="day", on_change=self._look)
            for choice in (self._who, self._when):
                choice.props("outlined").style("min-width: min(100%, 14rem)")
            self._sheet = ui.link("Download as CSV", "/v1/stats.csv").props("download")

    @property
    def _chosen(self) -> tuple[object, object]:
        return self._who.value, self._when.value

    @property
    def _period(self) -> Period:
        return PERIODS[str(self._when.value)]

    async def _look(self) -> None:
        chosen = self._chosen
        period, who = self._period, self._who.value or None
        begins = period.begins(datetime.now(UTC))
        since = begins[0]
        hours = await self._services.usage.totals(personality=who, since=since, by_hour=True)
        failures = await self._services.usage.failures(personality=who, since=since, limit=FAILURES)
        rows = await self._services.quota.rows()
        if chosen != self._chosen:
            return  # the look that began with the new choice may have been quicker
        asked = {"since": since.isoformat(), "by_hour": "true", "by_personality": "true"}
        query = urlencode(asked | ({"personality": who} if who else {}))
        self._sheet.props["href"] = f"/v1/stats.csv?{query}"
        self._show_figures(hours)
        self._show_charts(hours, begins)
        self._show_tiers(hours, rows)
        if failures != self._failures:
            self._failures = failures
            self._troubles.refresh()

    def _show_figures(self, hours: Sequence[UsageTotals]) -> None:
        lines = table(hours, self._name)
        if lines != self._lines:
            self._lines = lines
            self._table.refresh()
        replies = counted(sum(hour.counts.requests for hour in hours), "reply", "replies")
        self._status.set_text(f"{replies} by {counted(len(lines), 'provider')}")

    def _show_charts(self, hours: Sequence[UsageTotals], begins: list[datetime]) -> None:
        points = [f"{begin.astimezone():{self._period.form}}" for begin in begins]
        found = series(hours, begins, self._period.step, self._name)
        if (found, points) == (self._series, self._points):
            return
        self._series, self._points = found, points
        figures.fill(self._replies, points, [figures.stack(s.name, s.replies) for s in found])
        seconds = [figures.line(s.name, _seconds(s.first_audio_ms)) for s in found]
        figures.fill(self._first_audio, points, seconds)
        self._tables.refresh()

    def _show_tiers(self, hours: Sequence[UsageTotals], rows: Sequence[QuotaRow]) -> None:
        drawn = bars(rows, self._name)
        free = [*unlimited(hours, rows, self._name), *unused(rows, self._name)]
        if (drawn, free) != (self._bars, self._free):
            self._bars, self._free = drawn, free
            self._tiers.refresh()

    @ui.refreshable_method
    def _table(self) -> None:
        figures.table("Every provider that took part in replies", HEADINGS, self._lines)

    @ui.refreshable_method
    def _tables(self) -> None:
        found = self._series or []
        names = ("From", *(each.name for each in found))
        replies = [[str(s.replies[n]) for s in found] for n in range(len(self._points))]
        waits = [[_wait(s.first_audio_ms[n]) for s in found] for n in range(len(self._points))]
        for caption, rows in (("Replies", replies), ("Average time to first audio", waits)):
            kept = [
                (p, *row)
                for p, row in zip(self._points, rows, strict=True)
                if any(cell not in ("0", NONE) for cell in row)
            ]
            figures.table(caption, names, kept)

    @ui.refreshable_method
    def _tiers(self) -> None:
        heading("Characters", 2)
        for bar in self._bars:
            figures.bar(bar.title, bar.told, bar.used, bar.forecast)
        for line in self._free:
            ui.label(line)

    @ui.refreshable_method
    def _troubles(self) -> None:
        heading("Recent failures", 2)
        if not self._failures:
            ui.label("None in this period.").classes("quiet")
        with ui.element("ul").classes("w-full q-pa-none q-ma-none"):
            for failure in self._failures:
                self._trouble(failure)

    def _trouble(self, failure: Failure) -> None:
        at = f"{failure.at.astimezone():%d %b %H:%M:%S}"
        where = f"{at}, {failure.personality}" if failure.personality else at
        with ui.element("li").classes("list-none q-py-sm").style("overflow-wrap: anywhere"):
            ui.label(told(failure, self._name))
            ui.label(f"{where}. {failure.message or ''}").classes("quiet text-sm")


def _seconds(values: tuple[float | None, ...]) -> list[float | None]:
    return [None if ms is None else round(ms / 1000, 3) for ms in values]


def _wait(ms: float | None) -> str:
    return NONE if ms is None else duration(ms)
