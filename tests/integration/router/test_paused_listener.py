"""What a reply holds of its audio while its listener pauses: the segment being heard, and the next."""

from __future__ import annotations

import asyncio
import gc

from polyvox_faulty.written import heard

from polyvox.domain.audio import AudioChunk
from polyvox.domain.speech import SpeechReport
from polyvox.services.speech import AHEAD
from tests.support.router import Bench, bench
from tests.support.virtual_time import run

SENTENCES = [f"Sentence number {number} is one of rather many of them." for number in range(20)]
IN_HAND = max(len(word) + 3 for word in " ".join(SENTENCES).split())
"""Samples of the longest chunk: what the listener has just been given is there twice, resampled."""
LONG_S = 3000.0
LOOKS = 9
"""Chunks, of one word each, between two looks at the memory: each look takes a while."""


def samples_held(b: Bench) -> int:
    """Of all audio in memory, but for that of the store, which stands for files."""
    kept = {id(audio) for audio in b.store.kept.values()}
    chunks = [each for each in gc.get_objects() if type(each) is AudioChunk]
    return sum(chunk.samples for chunk in chunks if id(chunk) not in kept)


def samples_from(report: SpeechReport, first: int, count: int) -> int:
    """Of so many segments: their characters, a start and an end each."""
    return sum(segment.characters + 2 for segment in report.segments[first : first + count])


def test_a_segment_and_the_next_are_held_and_freed_with_the_listener() -> None:
    async def scenario() -> None:
        async with bench() as b:
            gc.collect()
            before = samples_held(b)
            async with await b.service.speak(b.request(" ".join(SENTENCES))) as speech:
                chunks = speech.__aiter__()
                await anext(chunks)
                await asyncio.sleep(LONG_S)
                assert len(b.provider("fault_a").calls) == 1 + AHEAD
                held = samples_held(b) - before
                assert samples_from(speech.report, 1, AHEAD) < held
                assert held <= samples_from(speech.report, 0, 1 + AHEAD) + IN_HAND
                assert (b.running, b.cache.flights, b.cache.listeners) == (0, 0, 0)
            del speech, chunks
            gc.collect()
            assert samples_held(b) == before
            assert len(b.provider("fault_a").calls) == 1 + AHEAD, "the rest was never made"

    run(scenario())


def test_who_pauses_again_and_again_never_has_more_ahead_and_misses_nothing() -> None:
    async def scenario() -> None:
        async with bench() as b:
            before, got, most, count = samples_held(b), bytearray(), 0, 0
            async with await b.service.speak(b.request(" ".join(SENTENCES))) as speech:
                async for chunk in speech:
                    got += chunk.pcm
                    count += 1
                    await asyncio.sleep(1.0)
                    if not count % LOOKS:
                        most = max(most, samples_held(b) - before)
            numbers = range(len(speech.report.segments))
            assert len(numbers) > 2 * (1 + AHEAD)
            two = max(samples_from(speech.report, n, 1 + AHEAD) for n in numbers)
            assert 0 < most <= two + IN_HAND
            whole, broken = heard(bytes(got))
            assert (" ".join(whole), broken) == (" ".join(SENTENCES), [])

    run(scenario())
