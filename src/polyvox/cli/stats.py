"""``polyvox stats``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from polyvox.cli.faults import UsageFault
from polyvox.cli.options import Json
from polyvox.cli.output import listing
from polyvox.cli.session import call

if TYPE_CHECKING:
    from polyvox.domain.counts import Counts
    from polyvox.services.container import Services
    from polyvox.services.ports import UsageTotals

_AGO = re.compile(r"(\d{1,6})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def stats(
    personality: Annotated[str | None, typer.Option(help="Only for this one.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="From then on: 2025-06-30, 14:30, 24h, 7d.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Until then.")] = None,
    by_hour: Annotated[bool, typer.Option("--by-hour", help="A row per hour.")] = False,
    as_json: Json = False,
) -> None:
    """Show what was spoken, by whom, how well. Hours are counted whole."""
    from polyvox.services.usage import as_row

    now = datetime.now(UTC)
    begin, end = moment(since, now), moment(until, now)

    async def asked(services: Services) -> Sequence[UsageTotals]:
        return await services.usage.totals(
            personality=personality, since=begin, until=end, by_personality=True, by_hour=by_hour
        )

    listing(
        call(asked, providers=False),
        (*(["hour"] if by_hour else []), "personality", "provider", *COLUMNS),
        _cells,
        empty="Nothing was spoken in that time.",
        as_json=as_json,
        document=as_row,
    )


def _cells(totals: UsageTotals) -> Sequence[object]:
    hour = (f"{totals.hour.astimezone():%Y-%m-%d %H:%M}",) if totals.hour else ()
    figures = (cell(totals.counts) for cell in COLUMNS.values())
    return (*hour, totals.personality, totals.provider, *figures)


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:.0f} ms"


def _half_within(value: float | None) -> str:
    from polyvox.domain.histogram import SLOWEST_MS

    return f"≥ {value:.0f} ms" if value == SLOWEST_MS else _ms(value)


COLUMNS: Mapping[str, Callable[[Counts], object]] = {
    "requests": lambda counts: counts.requests,
    "failed": lambda counts: counts.failures,
    "characters": lambda counts: counts.characters,
    "audio": lambda counts: f"{counts.audio_seconds:.0f} s",
    "from cache": lambda counts: "" if counts.cache_rate is None else f"{counts.cache_rate:.0%}",
    "latency": lambda counts: _ms(counts.latency.average_ms),
    "first audio": lambda counts: _half_within(counts.ttfa.quantile_ms(0.5)),
}


def moment(text: str | None, now: datetime) -> datetime | None:
    """A time as people write it: ISO 8601 (local where it has no offset), an hour of today, or so
    long ago (30m, 24h, 7d, 2w). Raises UsageFault."""
    if text is None:
        return None
    ago = _AGO.fullmatch(text)
    today = "" if "-" in text else f"{now.astimezone():%Y-%m-%d}T"
    try:
        if ago:
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        return datetime.fromisoformat(today + text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageFault(
            f"'{text}' is not a time.", remedy="Write it as 2025-06-30T14:30, 14:30, 24h or 7d."
        ) from error
