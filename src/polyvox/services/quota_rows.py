"""What is left of a tier in a month, for people and programs."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from polyvox.domain.quota import QuotaPolicy, Tariff, Tier
from polyvox.routing.quota import remedy
from polyvox.services.ports import TierUse

MONTH = r"[1-9]\d{3}-(0[1-9]|1[0-2])"
"""How a month is written: ``2026-11``."""


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """A tier in a month. Characters are counted as the service bills them.

    ``percent`` of the limit is None where the limit is 0; ``over`` are characters beyond the limit.
    ``forecast`` is what the month will have used at its end if it goes on as it has so far.
    ``cost_usd`` is for those beyond ``free_characters``, None where no price is known.
    ``specified_characters`` are the free ones of Polyvox's original specification.
    """

    provider: str
    tier: str
    name: str
    month: str
    policy: QuotaPolicy
    used: int
    requests: int
    limit: int
    percent: float | None
    remaining: int
    over: int
    forecast: int
    usd_per_million: float | None
    cost_usd: float | None
    free_characters: int
    specified_characters: int | None
    checked: date
    source: str
    note: str

    @property
    def remedy(self) -> str:
        """What to do when it is used up."""
        return remedy(self.provider, self.tier)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a tier here: the tariff's figures, or the operator's instead."""

    policy: QuotaPolicy
    limit: int
    usd_per_million: float | None


def row(
    provider: str, tariff: Tariff, tier: str, terms: Terms, use: TierUse, month: str, now: datetime
) -> QuotaRow:
    known = tariff.tiers[tier]
    used, limit = use.characters, terms.limit
    return QuotaRow(
        provider=provider,
        tier=tier,
        name=known.name,
        month=month,
        policy=terms.policy,
        used=used,
        requests=use.requests,
        limit=limit,
        percent=100 * used / limit if limit else None,
        remaining=max(limit - used, 0),
        over=max(used - limit, 0),
        forecast=forecast(used, month, now),
        usd_per_million=terms.usd_per_million,
        cost_usd=_cost(used, known, terms.usd_per_million),
        free_characters=known.free_characters,
        specified_characters=known.specified_characters,
        checked=tariff.checked,
        source=tariff.source,
        note=" ".join(filter(None, (tariff.note, known.note))),
    )


def month_of(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m}"


def forecast(used: int, month: str, now: datetime) -> int:
    """``used`` over the share of ``month`` that has passed; of a month that is over, ``used``.

    At least a day counts as passed: the first minutes say nothing about the rest.
    """
    begin = datetime.fromisoformat(f"{month}-01T00:00:00+00:00")
    length = timedelta(days=monthrange(begin.year, begin.month)[1])
    passed = min(max(now - begin, timedelta(days=1)), length)
    return round(used * (length / passed))


def _cost(used: int, tier: Tier, usd_per_million: float | None) -> float | None:
    if usd_per_million is None:
        return None
    return max(used - tier.free_characters, 0) * usd_per_million / 1_000_000
