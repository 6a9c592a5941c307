"""The figures of the dashboard, ready to be shown. Pure functions of what the services tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from polyvox.console.timeline_view import counted, duration
from polyvox.services.failures import Named
from polyvox.services.ports import UsageTotals
from polyvox.services.quota_rows import QuotaRow
from polyvox.services.usage import SLOWEST_MS, as_row

NONE = "–"
HEADINGS = (
    *("Provider", "Replies", "Success", "Average time", "First audio: half within"),
    *("95 % within", "From the cache", "Characters"),
)
_HISTOGRAMS = ("latency_histogram", "ttfa_histogram")
_NAMES = ("personality", "provider", "hour", "last_used")


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


def summed(parts: Sequence[UsageTotals]) -> UsageTotals:
    """``parts`` of one provider, at least one, as one."""
    first = parts[0]
    plain = [f.name for f in fields(first) if f.name not in (*_NAMES, *_HISTOGRAMS)]
    sums = {name: sum(getattr(part, name) for part in parts) for name in plain}
    histograms: dict[str, Any] = {
        name: tuple(map(sum, zip(*(getattr(part, name) for part in parts), strict=True)))
        for name in _HISTOGRAMS
    }
    last = max((part.last_used for part in parts if part.last_used), default=None)
    return replace(first, hour=None, last_used=last, **sums, **histograms)


def by_provider(hours: Iterable[UsageTotals]) -> dict[str, list[UsageTotals]]:
    found: dict[str, list[UsageTotals]] = {}
    for hour in hours:
        found.setdefault(hour.provider, []).append(hour)
    return found


def table(hours: Sequence[UsageTotals], name: Named) -> list[tuple[str, ...]]:
    """A line of HEADINGS per provider, who spoke most first."""
    totals = [summed(parts) for parts in by_provider(hours).values()]
    return [_line(each, name) for each in sorted(totals, key=lambda t: -t.requests)]


def _line(totals: UsageTotals, name: Named) -> tuple[str, ...]:
    figures = as_row(totals)
    return (
        name(totals.provider),
        f"{totals.requests:,}",
        percent(figures["success_rate"]),
        _time(figures["avg_latency_ms"]),
        _within(figures["p50_ttfa_ms"]),
        _within(figures["p95_ttfa_ms"]),
        percent(figures["cache_rate"]),
        f"{totals.characters:,}",
    )


def percent(share: float | None) -> str:
    """As the specification shows it: 100 %, 99.5 %."""
    if share is None:
        return NONE
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def _time(ms: float | None) -> str:
    return NONE if ms is None else duration(ms)


def _within(ms: float | None) -> str:
    return f"≥ {ms / 1000:g} s" if ms == SLOWEST_MS else _time(ms)


def series(
    hours: Sequence[UsageTotals], begins: Sequence[datetime], step: timedelta, name: Named
) -> list[Series]:
    """One per provider, with a value per point."""
    return [
        _series(name(provider), parts, begins, step)
        for provider, parts in sorted(by_provider(hours).items())
    ]


def _series(
    name: str, parts: Sequence[UsageTotals], begins: Sequence[datetime], step: timedelta
) -> Series:
    replies = [0] * len(begins)
    waited, timed = [0.0] * len(begins), [0] * len(begins)
    for part in parts:
        place = (part.hour - begins[0]) // step if part.hour else -1
        if 0 <= place < len(begins):
            replies[place] += part.requests
            waited[place] += part.ttfa_ms
            timed[place] += sum(part.ttfa_histogram)
    means = tuple(ms / n if n else None for ms, n in zip(waited, timed, strict=True))
    return Series(name, tuple(replies), means)


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
