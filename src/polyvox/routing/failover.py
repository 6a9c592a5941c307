"""The loop over attempts: who speaks a segment, and who after them.

The reply stays with the provider that took over. Each segment asks every candidate once, from the
one that spoke last to the end of the chain and round to its beginning, then once more those whose
failure may have passed (``retry``). A word is lost only when all of them failed on its segment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from polyvox.cache.flight import CachedAudio, Served
from polyvox.domain.speech import Attempt, Exclusion, InstructionsUse, Outcome
from polyvox.errors import Interrupted, NoVoiceLeft, PolyvoxError, Throttled, Unavailable
from polyvox.routing.plan import Candidate, Plan
from polyvox.routing.segment_buffer import SegmentBuffer

THROTTLED_PAUSE_S = 1.0
"""Before a provider that turned a segment away is asked for it a second time."""


class Source(Protocol):
    """Where the audio comes from (services.segment_source)."""

    def refusal(self, provider: str) -> Exclusion | None:
        """Why it must not be asked right now: it was stopped, or went to rest, after the plan."""

    def instructions_use(self, provider: str) -> InstructionsUse | None:
        """What becomes of the request's instructions with it; None where there are none."""

    def open(
        self, candidate: Candidate, segment: SegmentBuffer
    ) -> AbstractAsyncContextManager[CachedAudio]:
        """The candidate's audio of the segment's text: entered with the first audio in hand."""


class Chain:
    """Who of a reply's candidates is speaking: it stays with them, whatever the plan of a segment."""

    def __init__(self) -> None:
        self._current: tuple[str | None, str] | None = None

    def turns(self, plan: Plan, failed: dict[int, Exception]) -> Iterator[tuple[int, Candidate]]:
        """Places and candidates to ask for one segment; ``failed`` is filled by the asker."""
        speakers = [_speaker(candidate) for candidate in plan.candidates]
        first = speakers.index(self._current) if self._current in speakers else 0
        order = [*range(first, len(speakers)), *range(first)]
        for place in order:
            yield place, plan.candidates[place]
        for place in order:
            if getattr(failed.get(place), "retry", False):
                yield place, plan.candidates[place]

    def stay_with(self, candidate: Candidate) -> None:
        self._current = _speaker(candidate)


def _speaker(candidate: Candidate) -> tuple[str | None, str]:
    """A narrator's provider may stand in the reply's own chain, too."""
    return candidate.personality, candidate.provider


class Failover:
    """Makes one segment after the other on behalf of one reply."""

    def __init__(self, source: Source) -> None:
        self._source = source

    async def make(self, segment: SegmentBuffer, plan: Plan, chain: Chain) -> None:
        """Fill ``segment`` to its end, by the candidates of ``plan``. Raises NoVoiceLeft with every
        cause; request errors too."""
        failed: dict[int, Exception] = {}
        for place, candidate in chain.turns(plan, failed):
            if isinstance(failed.get(place), Throttled):
                await asyncio.sleep(THROTTLED_PAUSE_S)
            if out := self._source.refusal(candidate.provider):
                segment.report.out.append(out)
                continue
            try:
                await self._attempt(segment, candidate)
            except PolyvoxError as error:
                # The caller's mistake shows at the first candidate; a later one that cannot take
                # the same settings is only one candidate less.
                own = candidate.personality is None
                if not error.fallback and own and candidate is plan.candidates[0]:
                    raise
                failed[place] = error
                continue
            chain.stay_with(candidate)
            return
        raise nobody_left(segment.report.out, list(failed.values()))

    async def _attempt(self, segment: SegmentBuffer, candidate: Candidate) -> None:
        begun = asyncio.get_running_loop().time()
        entry = Attempt(
            provider=candidate.provider,
            personality=candidate.personality,
            voice=candidate.voice,
            language=candidate.language,
            stand_in_for=candidate.stand_in_for,
            outcome=Outcome.RUNNING,
            latency_ms=0.0,
        )
        segment.report.attempts.append(entry)
        try:
            entry.instructions = self._source.instructions_use(candidate.provider)
            async with self._source.open(candidate, segment) as audio:
                entry.ttfa_ms = _since(begun)
                entry.cached = audio.served is Served.STORED
                entry.shared = audio.served is Served.SHARED
                async for chunk in audio:
                    entry.audio_ms += chunk.duration_ms
                    segment.put(chunk, entry)
            entry.outcome = Outcome.OK
        except PolyvoxError as error:
            _note(entry, error)
            segment.discard_unheard(entry)
            raise
        finally:
            if entry.outcome is Outcome.RUNNING:
                entry.outcome = Outcome.CANCELLED
            entry.latency_ms = _since(begun)


def _note(entry: Attempt, error: PolyvoxError) -> None:
    broke_off = isinstance(error, Interrupted) and entry.ttfa_ms is not None
    entry.outcome = Outcome.INTERRUPTED if broke_off else Outcome.FAILED
    entry.error, entry.message = error.code, str(error)
    entry.request_id = getattr(error, "request_id", None)


def nobody_left(out: list[Exclusion], causes: list[Exception]) -> NoVoiceLeft:
    """The error that names everyone and why they did not speak."""
    passed = [Unavailable(e.reason, provider=e.provider, remedy=e.remedy) for e in out]
    everyone = [*causes, *passed] or [Unavailable("The personality names no provider.")]
    told = "; ".join(f"{getattr(e, 'provider', None) or 'request'}: {e}" for e in everyone)
    return NoVoiceLeft(f"No voice is left. {told}", everyone)


def _since(begun: float) -> float:
    return 1000.0 * (asyncio.get_running_loop().time() - begun)
