"""``polyvox usage``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from polyvox.cli.faults import UsageFault
from polyvox.cli.options import Json
from polyvox.cli.output import listing
from polyvox.cli.session import call

if TYPE_CHECKING:
    from polyvox.services.container import Services
    from polyvox.services.quota_rows import QuotaRow

BAR = 10
"""Cells of the bar that shows how much of a limit is used."""
_COLUMNS = (
    *("provider", "tier", "at the limit", "used", "limit", "", "percent"),
    *("at month's end", "cost"),
)


def usage(
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="In UTC. [default: this one]")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what is left of each provider's free characters.

    Counted as the provider bills them, and in all processes on this database. The cost is an
    estimate for what goes beyond the free ones.
    """

    async def rows(services: Services) -> list[QuotaRow]:
        from polyvox.services.quota_rows import MONTH

        if month is not None and not re.fullmatch(MONTH, month):
            raise UsageFault(f"'{month}' is not a month.", remedy="Write it as 2026-11.")
        return await services.quota.rows(month)

    listing(
        call(rows, providers=False),
        _COLUMNS,
        _cells,
        empty="No installed provider charges for characters.",
        as_json=as_json,
    )


def _cells(row: QuotaRow) -> Sequence[object]:
    return (
        row.provider,
        row.tier,
        row.policy.value,
        f"{row.used:,}",
        f"{row.limit:,}",
        _bar(row),
        "" if row.percent is None else f"{int(row.percent)} %",
        f"{row.forecast:,}",
        "" if row.cost_usd is None else f"${row.cost_usd:,.2f}",
    )


def _bar(row: QuotaRow) -> str:
    """As ``percent``, rounded down: full only when nothing is left."""
    if row.percent is None:
        return ""
    full = min(BAR * row.used // row.limit, BAR)
    return "█" * full + "░" * (BAR - full)
