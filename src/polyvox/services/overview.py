"""What people are told of each provider, and of what its place in a personality's chain means now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from polyvox.domain.capabilities import Availability, Capabilities, Kind
from polyvox.domain.counts import Counts
from polyvox.domain.speech import SpeechRequest
from polyvox.domain.voice_config import VoiceConfig
from polyvox.routing.plan import Plan
from polyvox.services.found import Found
from polyvox.services.ports import PersonalityReader
from polyvox.services.prospects import Prospect, out, ready
from polyvox.services.providers import Providers
from polyvox.services.quota import QuotaService
from polyvox.services.quota_rows import QuotaRow
from polyvox.services.speak import SpeakService
from polyvox.services.usage import UsageService

MEASURED_FOR = timedelta(days=30)
"""How far back measured speed looks."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Averages of what was synthesized here in the last MEASURED_FOR, replays left out.

    ``first_audio_ms`` from asking to the first audible audio; ``real_time_factor`` is the time a
    second of audio takes (s): below 1 it is made quicker than it is heard.
    """

    first_audio_ms: float
    real_time_factor: float | None


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """Of one provider of this installation; None where it could not be loaded."""

    id: str
    name: str
    kind: Kind | None
    availability: Availability
    resting: str | None
    capabilities: Capabilities | None
    measured: Measured | None
    tiers: tuple[QuotaRow, ...]


@dataclass(eq=False, repr=False)
class Overview:
    """Reads only. ``now`` is aware."""

    providers: Providers
    personalities: PersonalityReader
    speak: SpeakService
    usage: UsageService
    quota: QuotaService
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def facts(self) -> list[ProviderFacts]:
        """Of all providers, by id."""
        measured, rows = await asyncio.gather(self.measured(), self.quota.rows())
        name = self.providers.name_of
        return [_facts(found, name(found.id), measured, rows) for found in self.providers.all()]

    async def measured(self) -> dict[str, Measured]:
        """By provider; one that has made nothing of late is missing."""
        totals = await self.usage.totals(since=self.now() - MEASURED_FOR)
        return {t.provider: speed for t in totals if (speed := measured_of(t.counts))}

    async def chain(self, personality: str, language: str | None = None) -> list[Prospect]:
        """What would happen now at each link of the personality's chain, in its order, were it to
        speak ``language`` (default: its primary). Raises UnknownPersonality."""
        config = (await self.personalities.get(personality)).voice_config
        request = SpeechRequest(text="", personality=personality, language=language)
        casting = await self.speak.cast(request)
        found = await self._prospects(casting.plan, casting.language, config, await self._rows())
        return [found[provider] for provider in config.order]

    async def alone(self, personality: str, language: str | None = None) -> dict[str, Prospect]:
        """What would happen now with each installed provider, were it the one to speak.

        Raises UnknownPersonality.
        """
        config = (await self.personalities.get(personality)).voice_config
        names = [found.id for found in self.providers.all()]
        request = SpeechRequest(text="", personality=personality, language=language)
        plans = await self.speak.cast_each(request, names)
        spoken, rows = language or config.languages.primary, await self._rows()
        return {
            name: (await self._prospects(plan, spoken, config, rows))[name]
            for name, plan in plans.items()
        }

    async def _rows(self) -> dict[tuple[str, str | None], QuotaRow]:
        return {(row.provider, row.tier): row for row in await self.quota.rows()}

    async def _prospects(
        self,
        plan: Plan,
        language: str,
        config: VoiceConfig,
        rows: Mapping[tuple[str, str | None], QuotaRow],
    ) -> dict[str, Prospect]:
        """By provider."""
        told: dict[str, Prospect] = {}
        for excluded in plan.out:
            tier = await self._tier(excluded.provider, config.of(excluded.provider).voice)
            row = rows.get((excluded.provider, tier))
            told[excluded.provider] = out(excluded, language, row)
        for place, candidate in enumerate(plan.candidates):
            tier = await self._tier(candidate.provider, candidate.voice)
            row = rows.get((candidate.provider, tier))
            told[candidate.provider] = ready(place, candidate, row)
        return told

    async def _tier(self, provider: str, voice: str | None) -> str | None:
        """The tier of the tariff that a voice is charged under; of None, that of the best voice."""
        if provider not in self.providers.tariffs():
            return None
        voices = await self.providers.voices(provider)
        return next((v.tier for v in voices if voice in (None, v.id)), None)


def _facts(
    found: Found, name: str, measured: Mapping[str, Measured], rows: Sequence[QuotaRow]
) -> ProviderFacts:
    return ProviderFacts(
        id=found.id,
        name=name,
        kind=found.provider.kind if found.provider else None,
        availability=found.availability(),
        resting=found.breaker.refusal(),
        capabilities=found.provider.capabilities() if found.provider else None,
        measured=measured.get(found.id),
        tiers=tuple(row for row in rows if row.provider == found.id),
    )


def measured_of(counts: Counts) -> Measured | None:
    """None where nothing was synthesized."""
    first_audio_ms = counts.ttfa.average_ms
    return None if first_audio_ms is None else Measured(first_audio_ms, counts.real_time_factor)
