"""A provider that charges for what it spells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from polyvox.domain.capabilities import Kind, Voice
from polyvox.domain.quota import Charge, Tariff, Tier
from polyvox.errors import UnknownVoice
from polyvox.provider import Utterance
from polyvox_faulty.written import Written, WrittenSettings

FREE = {"basic": 1_000, "best": 200}
TARIFF = Tariff(
    checked=date(2026, 11, 1),
    source="https://example.com/prices",
    note="Of the tests.",
    tiers={
        "best": Tier(name="Best", free_characters=FREE["best"], specified_characters=100),
        "basic": Tier(name="Basic", free_characters=FREE["basic"], usd_per_million=20.0),
    },
)


class FaultCharged(Written):
    """Its voices, best first, are named by their tiers. Every character counts."""

    id = "fault_charged"
    kind = Kind.CLOUD

    def tariff(self) -> Tariff:
        return TARIFF

    async def voices(self, language: str | None = None) -> Sequence[Voice]:
        return [Voice(tier, self.id, tier, self.languages, tier=tier) for tier in TARIFF.tiers]

    def charge(self, utterance: Utterance[WrittenSettings]) -> Charge:
        tier = utterance.voice or "best"
        if tier not in TARIFF.tiers:
            raise UnknownVoice(f"There are {', '.join(TARIFF.tiers)}.", param="voice")
        return Charge(tier, len(utterance.text))
