"""``polyvox stats``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from polyvox.cli.faults import UsageFault
from polyvox.cli.options import Json
from polyvox.cli.output import print_json, table
from polyvox.cli.session import call

if TYPE_CHECKING:
    from polyvox.services.container import Services

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
    now = datetime.now(UTC)
    begin, end = moment(since, now), moment(until, now)

    async def rows(services: Services) -> list[dict[str, Any]]:
        from polyvox.services.usage import as_row

        totals = await services.usage.totals(
            personality=personality, since=begin, until=end, by_personality=True, by_hour=by_hour
        )
        return [as_row(total) for total in totals]

    found = call(rows, providers=False)
    if as_json:
        print_json(found)
        return
    hour = ("hour",) if by_hour else ()
    table(
        (*hour, "personality", "provider", *_FIGURES),
        ([*_cells(row, by_hour=by_hour)] for row in found),
        empty="Nothing was spoken in that time.",
    )


_FIGURES = ("requests", "failed", "characters", "audio", "from cache", "latency", "first audio")


def _cells(row: dict[str, Any], *, by_hour: bool) -> Iterable[object]:
    if by_hour:
        yield f"{datetime.fromisoformat(row['hour']).astimezone():%Y-%m-%d %H:%M}"
    yield row.get("personality", "")
    yield row["provider"]
    yield row["requests"]
    yield row["failures"]
    yield row["characters"]
    yield f"{row['audio_seconds']:.0f} s"
    yield "" if row["cache_rate"] is None else f"{row['cache_rate']:.0%}"
    yield _ms(row["avg_latency_ms"])
    yield _half_within(row["p50_ttfa_ms"])


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:.0f} ms"


def _half_within(value: float | None) -> str:
    from polyvox.services.usage import SLOWEST_MS

    return f"≥ {value:.0f} ms" if value == SLOWEST_MS else _ms(value)


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
