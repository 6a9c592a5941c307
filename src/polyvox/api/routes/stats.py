"""Usage: who spoke how much, how well, how fast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AfterValidator

from polyvox.api.host import ServicesDep
from polyvox.api.views import FailureList, FailureView, StatsReply, StatsRow, StatsTotals
from polyvox.domain.counts import Counts
from polyvox.services.failures import told
from polyvox.services.ports import UsageTotals
from polyvox.services.usage import as_csv, as_row

router = APIRouter(tags=["statistics"])
MOST_FAILURES = 1_000
"""Replies that are looked through for one answer."""


def _with_zone(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(_with_zone)]


Since = Annotated[Moment | None, Query(description="ISO 8601; UTC if no zone is given.")]


async def _totals(
    services: ServicesDep,
    personality: str | None = None,
    provider: str | None = None,
    since: Since = None,
    until: Moment | None = None,
    by_hour: bool = False,
    by_personality: bool = False,
) -> Sequence[UsageTotals]:
    return await services.usage.totals(
        personality=personality,
        provider=provider,
        since=since,
        until=until,
        by_personality=by_personality,
        by_hour=by_hour,
    )


Totals = Annotated[Sequence[UsageTotals], Depends(_totals)]


@router.get("/v1/stats", summary="Usage per provider", response_model_exclude_unset=True)
async def stats(found: Totals) -> StatsReply:
    """Kept by the hour, so `since` and `until` count in whole hours."""
    rows = [StatsRow.model_validate(as_row(totals)) for totals in found]
    totals = Counts.total(each.counts for each in found).figures()
    return StatsReply(object="list", data=rows, totals=StatsTotals.model_validate(totals))


@router.get(
    "/v1/stats.csv",
    summary="Usage per provider, for a spreadsheet",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def stats_csv(found: Totals) -> Response:
    """The rows of `/v1/stats`: a line each, names first; what is not known is empty."""
    headers = {"content-disposition": 'attachment; filename="polyvox-stats.csv"'}
    return Response(as_csv(found), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/v1/failures", summary="What went wrong lately")
async def failures(
    services: ServicesDep,
    personality: str | None = None,
    since: Since = None,
    limit: Annotated[int, Query(ge=1, le=MOST_FAILURES, description="Replies.")] = 50,
) -> FailureList:
    """Newest first, as far back as reports are kept."""
    found = await services.usage.failures(personality=personality, since=since, limit=limit)
    named = services.providers.name_of
    data = [FailureView.model_validate({**asdict(f), "told": told(f, named)}) for f in found]
    return FailureList(data=data)
