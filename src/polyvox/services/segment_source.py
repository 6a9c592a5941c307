"""Where the segments of a reply come from: the cache, a synthesis under way, or a provider."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from polyvox.cache.flight import CachedAudio
from polyvox.cache.key import compute_segment_key
from polyvox.cache.segments import SegmentCache
from polyvox.domain.audio import AudioChunk
from polyvox.domain.speech import Exclusion, InstructionsUse, SpeechRequest
from polyvox.provider.base import Provider, Utterance
from polyvox.routing.attempt import Deadlines, attempt
from polyvox.routing.plan import Candidate
from polyvox.routing.quota import metered
from polyvox.routing.segment_buffer import SegmentBuffer
from polyvox.services.found import Found
from polyvox.services.providers import Providers
from polyvox.services.quota import QuotaService
from polyvox.services.samples import SampleService
from polyvox.text.clean import NORMALISER_VERSION


@dataclass(frozen=True, slots=True)
class SegmentSource:
    """Opens the audio of one request's segments. ``deadlines`` gives a provider's, by id."""

    request: SpeechRequest
    providers: Providers
    cache: SegmentCache
    deadlines: Callable[[str], Deadlines]
    quota: QuotaService | None
    samples: SampleService | None

    def refusal(self, provider: str) -> Exclusion | None:
        """Why ``provider`` must not be asked right now; None where it may be."""
        return self.providers.refusal(provider)

    def instructions_use(self, provider: str) -> InstructionsUse | None:
        """What becomes of the request's instructions; None where it has none. Raises UnknownProvider."""
        if self.request.instructions is None:
            return None
        taken = self.providers.get(provider).capabilities().takes_instructions
        return InstructionsUse.SENT if taken else InstructionsUse.IGNORED

    @asynccontextmanager
    async def open(
        self, candidate: Candidate, segment: SegmentBuffer
    ) -> AsyncIterator[CachedAudio]:
        """The segment's audio by ``candidate``, entered with its first audio in hand.

        Raises UnknownProvider, and what reading samples, the quota and the provider raise.
        """
        found = self.providers.find(candidate.provider)
        provider = self.providers.get(candidate.provider)
        utterance = await self._utterance(provider, candidate, segment)
        key = await _key(provider, utterance) if self.request.cache else None
        make = partial(self._make, found, provider, utterance)
        async with self.cache.open(key, make) as audio:
            yield audio

    async def _utterance(
        self, provider: Provider[Any], candidate: Candidate, segment: SegmentBuffer
    ) -> Utterance[Any]:
        samples: tuple[Path, ...] = ()
        if self.samples and candidate.samples:
            samples = await self.samples.files(candidate.samples, candidate.provider)
        capabilities = provider.capabilities()
        form = capabilities.text
        earlier = segment.before if capabilities.carries_style else ()
        return Utterance(
            segment.segment.in_form(form),
            candidate.language,
            candidate.voice,
            candidate.settings,
            samples,
            before=tuple(each.in_form(form) for each in earlier),
            instructions=self.request.instructions if capabilities.takes_instructions else None,
            parts=segment.segment.parts(
                form, candidate.styles, pronunciations=capabilities.takes_pronunciations
            ),
        )

    async def _make(
        self, found: Found, provider: Provider[Any], utterance: Utterance[Any]
    ) -> AsyncGenerator[AudioChunk, None]:
        async with metered(self.quota, provider, utterance) as speak:
            audio = attempt(
                speak,
                provider=found.id,
                deadlines=self.deadlines(found.id),
                breaker=found.breaker,
                recall=found.recall,
            )
            async with aclosing(audio):
                async for chunk in audio:
                    yield chunk


async def _key(provider: Provider[Any], utterance: Utterance[Any]) -> str:
    return await compute_segment_key(
        provider=provider.id,
        revision=provider.revision(utterance.voice),
        utterance=utterance,
        normaliser=NORMALISER_VERSION,
    )
