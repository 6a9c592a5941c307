"""Characters that providers charge for: used, free, and where that leads."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from polyvox.api.host import ServicesDep
from polyvox.api.views import UsageReply, UsageRow
from polyvox.services.quota_rows import MONTH

router = APIRouter(tags=["statistics"])


@router.get("/v1/usage", summary="What is left of each provider's free characters")
async def usage(
    services: ServicesDep,
    month: Annotated[
        str | None,
        Query(pattern=f"^{MONTH}$", description="`2026-11`, in UTC; this one if none is given."),
    ] = None,
) -> UsageReply:
    """Every tier of every provider that counts characters, used or not."""
    rows = await services.quota.rows(month)
    return UsageReply(data=[UsageRow.model_validate(row) for row in rows])
