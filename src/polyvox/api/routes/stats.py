"""Usage: who spoke how much, how well, how fast."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator

from polyvox.api.host import ServicesDep
from polyvox.api.views import StatsReply, StatsRow, StatsTotals
from polyvox.services.ports import UsageTotals
from polyvox.services.usage import as_row

router = APIRouter(tags=["statistics"])


def _with_zone(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(_with_zone)]


@router.get("/v1/stats", summary="Usage per provider", response_model_exclude_unset=True)
async def stats(
    services: ServicesDep,
    personality: str | None = None,
    provider: str | None = None,
    since: Annotated[Moment | None, Query(description="ISO 8601; UTC if no zone is given.")] = None,
    until: Moment | None = None,
    by_hour: bool = False,
    by_personality: bool = False,
) -> StatsReply:
    """Kept by the hour, so `since` and `until` count in whole hours."""
    found = await services.usage.totals(
        personality=personality,
        provider=provider,
        since=since,
        until=until,
        by_personality=by_personality,
        by_hour=by_hour,
    )
    rows = [StatsRow.model_validate(as_row(totals)) for totals in found]
    return StatsReply(object="list", data=rows, totals=_sum(found))


def _sum(found: Sequence[UsageTotals]) -> StatsTotals:
    successes, failures = sum(t.successes for t in found), sum(t.failures for t in found)
    segments, hits = sum(t.segments for t in found), sum(t.cache_hits for t in found)
    decided = successes + failures
    return StatsTotals(
        requests=sum(t.requests for t in found),
        successes=successes,
        failures=failures,
        success_rate=successes / decided if decided else None,
        segments=segments,
        cache_hits=hits,
        cache_rate=hits / segments if segments else None,
        characters=sum(t.characters for t in found),
        audio_seconds=sum(t.audio_ms for t in found) / 1000,
    )
