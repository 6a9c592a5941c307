"""What a reply holds of its audio while its listener pauses: the segment being heard, and the next."""

from __future__ import annotations

import asyncio
import gc

from polyvox_faulty.written import heard

from polyvox.domain.audio import AudioChunk
from polyvox.services.speech import AHEAD, FIRST_MAX, TARGET
from tests.support.router import Bench, bench
from tests.support.virtual_time import run

SENTENCES = [f"Sentence number {number} is one of rather many of them." for number in range(20)]
WITHIN_SEGMENTS = FIRST_MAX + AHEAD * TARGET
"""Characters; each is one sample of what the providers here speak."""
HOURS_S = 3000.0


def samples_held(b: Bench) -> int:
    """Of all audio in memory, but for that of the store, which stands for files."""
    kept = {id(audio) for audio in b.store.kept.values()}
    chunks = [each for each in gc.get_objects() if isinstance(each, AudioChunk)]
    return sum(chunk.samples for chunk in chunks if id(chunk) not in kept)


def test_a_segment_and_the_next_are_held_and_freed_with_the_listener() -> None:
    async def scenario() -> None:
        async with bench() as b:
            gc.collect()
            before = samples_held(b)
            async with await b.service.speak(b.request(" ".join(SENTENCES))) as speech:
                chunks = speech.__aiter__()
                await anext(chunks)
                await asyncio.sleep(HOURS_S)
                assert len(b.provider("fault_a").calls) == 1 + AHEAD
                assert 0 < samples_held(b) - before < WITHIN_SEGMENTS + 2 * (1 + AHEAD)
                assert (b.running, b.cache.flights, b.cache.listeners) == (0, 0, 0)
            del speech, chunks
            gc.collect()
            assert samples_held(b) == before
            assert len(b.provider("fault_a").calls) == 1 + AHEAD, "the rest was never made"

    run(scenario())


def test_who_pauses_misses_nothing_and_never_has_more_ahead() -> None:
    async def scenario() -> None:
        async with bench() as b:
            before, got, most = samples_held(b), bytearray(), 0
            async with await b.service.speak(b.request(" ".join(SENTENCES))) as speech:
                async for chunk in speech:
                    got += chunk.pcm
                    await asyncio.sleep(1.0)
                    most = max(most, samples_held(b) - before)
            assert most <= (1 + AHEAD) * (TARGET + 2)
            whole, broken = heard(bytes(got))
            assert (" ".join(whole), broken) == (" ".join(SENTENCES), [])

    run(scenario())
