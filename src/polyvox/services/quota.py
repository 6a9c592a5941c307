"""The budget of each provider's tiers: characters are reserved before they are spoken.

The ledger itself is in the database (``ports.QuotaRepository``), one for all processes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from polyvox.config import QuotaSettings
from polyvox.domain.quota import Charge, QuotaPolicy, Tariff
from polyvox.errors import ConfigError, QuotaExhausted, Unavailable
from polyvox.routing.quota import Reservation, remedy
from polyvox.services.ports import Balance, QuotaRepository, TierUse
from polyvox.services.quota_rows import QuotaRow, Terms, month_of, row

ANSWER_S = 10.0
"""A ledger that has not answered by then is as good as none."""
GLANCE_S = 5.0
"""How long ranking waits to read what is used. Nothing hangs on it: the reservation decides."""
REMEMBERED_S = 1.0
"""How long it goes by what it has read."""

log = structlog.get_logger(__name__)
Uses = Mapping[tuple[str, str], TierUse]
UNUSED = TierUse(0, 0)


@dataclass(eq=False, repr=False)
class QuotaService:
    """Reserves characters before a call (``routing.quota.Ledger``) and tells what is left.

    ``tariffs`` gives those of all installed providers, by id; ``now`` is aware, and its month that
    of UTC; ``clock`` gives seconds that only grow.
    """

    tariffs: Callable[[], Mapping[str, Tariff]]
    repository: QuotaRepository
    rules: Mapping[str, QuotaSettings]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: Callable[[], float] = time.monotonic
    _told: set[tuple[str, str, str]] = field(default_factory=set, init=False)
    _glanced: tuple[str, float, Uses] | None = field(default=None, init=False)
    _glancing: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def check(self) -> None:
        """Raises ConfigError for a tier in the rules that the provider's tariff does not have."""
        for provider, tariff in self.tariffs().items():
            rule = self._rule(provider)
            for tier in (*rule.limits, *rule.prices):
                if tier not in tariff.tiers:
                    raise ConfigError(
                        f"quotas.{provider} names the tier '{tier}', which its tariff does not have.",
                        remedy=f"Its tiers: {', '.join(tariff.tiers)}.",
                    )

    def strangers(self) -> list[str]:
        """Providers in the rules that are not installed, or whose characters nobody counts."""
        return sorted(self.rules.keys() - self.tariffs().keys())

    async def reserve(self, provider: str, charge: Charge) -> Reservation | None:
        tariff = self.tariffs().get(provider)
        if tariff is None:
            return None
        terms = self._terms(provider, tariff, charge.tier)
        reservation = Reservation(month_of(self.now()), provider, charge)
        balance = await self._taken(reservation, terms)
        if balance is None:
            return None
        if balance.used > terms.limit or not balance.reserved:
            self._tell_once(reservation, terms, balance.used)
        if not balance.reserved:
            told = _spent(tariff, charge.tier, reservation.month, balance.used, terms.limit)
            raise QuotaExhausted(
                f"{told} This segment would count {charge.characters:,}.",
                provider=provider,
                remedy=remedy(provider, charge.tier),
            )
        return reservation

    async def _taken(self, reservation: Reservation, terms: Terms) -> Balance | None:
        """None when it goes on uncounted. Raises Unavailable when it must not."""
        provider, stopping = reservation.provider, terms.policy is QuotaPolicy.STOP
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self.repository.reserve(
                    reservation.month,
                    provider,
                    reservation.charge,
                    limit=terms.limit if stopping else None,
                )
        except Exception as error:
            log.warning("quota_not_counted", provider=provider, error=type(error).__qualname__)
            if not stopping:
                return None
            raise Unavailable(
                "Its characters cannot be counted, because the database does not answer.",
                provider=provider,
                remedy=f"Mend the database, or set quotas.{provider}.policy to warn or allow.",
            ) from error

    async def release(self, reservation: Reservation) -> None:
        try:
            async with asyncio.timeout(ANSWER_S):
                await self.repository.release(
                    reservation.month, reservation.provider, reservation.charge
                )
        except Exception as error:  # noqa: BLE001 - then they stay counted
            log.warning(
                "quota_not_released",
                provider=reservation.provider,
                tier=reservation.charge.tier,
                characters=reservation.charge.characters,
                error=type(error).__qualname__,
            )

    async def spent(self, provider: str) -> dict[str, str]:
        """Why each tier that is used up must not be asked for, by tier. Free where nothing is
        counted or nothing is stopped; else up to REMEMBERED_S old. Never raises."""
        tariff = self.tariffs().get(provider)
        if tariff is None or self._rule(provider).policy != "stop":
            return {}
        month = month_of(self.now())
        uses = await self._glance(month)
        found = {}
        for tier in tariff.tiers:
            used = uses.get((provider, tier), UNUSED).characters
            limit = self._terms(provider, tariff, tier).limit
            if used >= limit:
                found[tier] = _spent(tariff, tier, month, used, limit)
        return found

    async def rows(self, month: str | None = None) -> list[QuotaRow]:
        """Every tier of every installed provider that counts, in ``month`` (default: this one)."""
        now = self.now()
        month = month or month_of(now)
        uses = await self.repository.used(month)
        return [
            row(
                provider,
                tariff,
                tier,
                self._terms(provider, tariff, tier),
                uses.get((provider, tier), UNUSED),
                month,
                now,
            )
            for provider, tariff in self.tariffs().items()
            for tier in tariff.tiers
        ]

    def _rule(self, provider: str) -> QuotaSettings:
        return self.rules.get(provider) or QuotaSettings()

    def _terms(self, provider: str, tariff: Tariff, tier: str) -> Terms:
        """A tier that the tariff does not know has nothing free."""
        known, rule = tariff.tiers.get(tier), self._rule(provider)
        free, price = (known.free_characters, known.usd_per_million) if known else (0, None)
        return Terms(
            QuotaPolicy(rule.policy), rule.limits.get(tier, free), rule.prices.get(tier, price)
        )

    async def _glance(self, month: str) -> Uses:
        async with self._glancing:
            if self._glanced is not None:
                of, at, uses = self._glanced
                if of == month and self.clock() - at < REMEMBERED_S:
                    return uses
            try:
                async with asyncio.timeout(GLANCE_S):
                    uses = await self.repository.used(month)
            except Exception as error:  # noqa: BLE001 - reserving will say so, where it matters
                log.info("quota_not_read", error=type(error).__qualname__)
                uses = {}
            self._glanced = (month, self.clock(), uses)
            return uses

    def _tell_once(self, reservation: Reservation, terms: Terms, used: int) -> None:
        """A line per provider, tier and month, however many requests come after it."""
        key = (reservation.month, reservation.provider, reservation.charge.tier)
        if terms.policy is QuotaPolicy.ALLOW or key in self._told:
            return
        self._told.add(key)
        log.warning(
            "quota_used_up",
            provider=reservation.provider,
            tier=reservation.charge.tier,
            month=reservation.month,
            used=used,
            limit=terms.limit,
            policy=terms.policy.value,
        )


def _spent(tariff: Tariff, tier: str, month: str, used: int, limit: int) -> str:
    known = tariff.tiers.get(tier)
    named = f"{known.name} (tier {tier})" if known else f"the tier {tier}"
    if not limit:
        return f"It may not use any characters for {named}."
    return f"It has used {used:,} of the {limit:,} characters of {month} for {named}."
