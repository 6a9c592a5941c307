"""The figures of the dashboard, ready to be shown. Pure functions of what the services tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from polyvox.console.timeline_view import counted, duration
from polyvox.domain.counts import Counts
from polyvox.domain.histogram import SLOWEST_MS
from polyvox.services.failures import Named
from polyvox.services.ports import UsageTotals
from polyvox.services.quota_rows import QuotaRow

NONE = "–"


@dataclass(frozen=True, slots=True)
class Period:
    """``steps`` points of ``step`` each; ``form`` writes a point's begin (strftime)."""

    title: str
    step: timedelta
    steps: int
    form: str

    def begins(self, now: datetime) -> list[datetime]:
        """When each point begins: whole steps of UTC, the last one holding ``now``."""
        epoch = datetime.fromtimestamp(0, UTC)
        last = epoch + (now - epoch) // self.step * self.step
        return [last - self.step * back for back in reversed(range(self.steps))]


PERIODS = {
    "day": Period("Last 24 hours", timedelta(hours=1), 24, "%a %H:%M"),
    "week": Period("Last 7 days", timedelta(hours=6), 28, "%a %H:%M"),
    "month": Period("Last 30 days", timedelta(days=1), 30, "%d %b"),
    "year": Period("Last 12 months", timedelta(days=7), 53, "%d %b %Y"),
}


@dataclass(frozen=True, slots=True)
class Series:
    """A provider's replies at each point, and its average time to first audio (ms; None: none)."""

    name: str
    replies: tuple[int, ...]
    first_audio_ms: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """What is used of a free tier; shares are of its limit, in percent, and may exceed 100."""

    title: str
    used: float
    forecast: float
    told: str


def by_provider(hours: Iterable[UsageTotals]) -> dict[str, list[Counts]]:
    found: defaultdict[str, list[Counts]] = defaultdict(list)
    for hour in hours:
        found[hour.provider].append(hour.counts)
    return found


def table(hours: Sequence[UsageTotals], name: Named) -> list[tuple[str, ...]]:
    """A line of HEADINGS per provider, who spoke most first."""
    totals = {provider: Counts.total(parts) for provider, parts in by_provider(hours).items()}
    return [
        (name(provider), *(cell(counts) for cell in COLUMNS.values()))
        for provider, counts in sorted(totals.items(), key=lambda total: -total[1].requests)
    ]


def percent(share: float | None) -> str:
    """As the specification shows it: 100 %, 99.5 %."""
    if share is None:
        return NONE
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def _time(ms: float | None) -> str:
    return NONE if ms is None else duration(ms)


def _within(ms: float | None) -> str:
    return f"≥ {ms / 1000:g} s" if ms == SLOWEST_MS else _time(ms)


COLUMNS: Mapping[str, Callable[[Counts], str]] = {
    "Replies": lambda counts: f"{counts.requests:,}",
    "Success": lambda counts: percent(counts.success_rate),
    "Average time": lambda counts: _time(counts.latency.average_ms),
    "First audio: half within": lambda counts: _within(counts.ttfa.quantile_ms(0.5)),
    "95 % within": lambda counts: _within(counts.ttfa.quantile_ms(0.95)),
    "From the cache": lambda counts: percent(counts.cache_rate),
    "Characters": lambda counts: f"{counts.characters:,}",
}
HEADINGS = ("Provider", *COLUMNS)


def series(
    hours: Sequence[UsageTotals], begins: Sequence[datetime], step: timedelta, name: Named
) -> list[Series]:
    """One per provider, with a value per point."""
    points: defaultdict[str, list[list[Counts]]] = defaultdict(lambda: [[] for _ in begins])
    for each in hours:
        place = (each.hour - begins[0]) // step if each.hour else -1
        parts = points[each.provider]
        if 0 <= place < len(begins):
            parts[place].append(each.counts)
    return [_series(name(provider), points[provider]) for provider in sorted(points)]


def _series(name: str, points: Iterable[Iterable[Counts]]) -> Series:
    totals = [Counts.total(parts) for parts in points]
    replies = tuple(counts.requests for counts in totals)
    return Series(name, replies, tuple(counts.ttfa.average_ms for counts in totals))


def bars(rows: Sequence[QuotaRow], name: Named) -> list[Bar]:
    """What is left of each tier that was used."""
    return [_bar(row, name) for row in rows if row.used]


def _bar(row: QuotaRow, name: Named) -> Bar:
    limit = row.limit or 1
    used = f"{row.used:,} of {counted(row.limit, 'character')}"
    share = f" ({percent(row.percent / 100)})" if row.percent is not None else ""
    ahead = f"about {row.forecast:,} by the end of the month"
    if row.over:
        ahead = f"{counted(row.over, 'character')} over the limit"
    elif row.forecast > row.limit:
        ahead += ", more than there are"
    title = _title(row, name)
    return Bar(title, 100 * row.used / limit, 100 * row.forecast / limit, f"{used}{share}; {ahead}")


def _title(row: QuotaRow, name: Named) -> str:
    return f"{name(row.provider)}, {row.name}"


def unused(rows: Sequence[QuotaRow], name: Named) -> list[str]:
    """Of tiers that nothing was used of: what is free."""
    return [
        f"{_title(row, name)}: {counted(row.limit, 'character')} free, none used"
        for row in rows
        if row.limit and not row.used
    ]


def unlimited(hours: Sequence[UsageTotals], rows: Sequence[QuotaRow], name: Named) -> list[str]:
    """Of providers that have no tiers: what they spoke."""
    skipped = {row.provider for row in rows}
    return [
        f"{name(provider)}: {counted(sum(p.characters for p in parts), 'character')}, no limit"
        for provider, parts in sorted(by_provider(hours).items())
        if provider not in skipped
    ]
