"""A provider is stopped while somebody listens to it, and would itself take no notice of that."""

from __future__ import annotations

import asyncio

import pytest
from polyvox_faulty.faults import Fault
from polyvox_faulty.written import heard

from polyvox.domain.speech import Outcome
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import Interrupted
from polyvox.services.speech import AHEAD
from tests.support.router import CHAIN, DEADLINES, Bench, bench
from tests.support.virtual_time import run

SENTENCES = [
    "The first sentence is short.",
    "The second one goes on for a little longer than that.",
    "Then comes a third sentence to be spoken.",
    "And the fourth is the last of all of them.",
]
ALONE = VoiceConfig(active_provider="fault_a")
MADE = 1 + AHEAD
"""Segments that are there, or being made, when the listener has heard the first audio."""
SETTLED_S = DEADLINES.stall_s / 2


async def hear(b: Bench, config: VoiceConfig = CHAIN) -> tuple[list[str], list[str]]:
    """What is heard whole, and what broken off. fault_a is stopped once it does nothing any more."""
    got = bytearray()
    async with await b.service.speak(b.request(" ".join(SENTENCES), config)) as speech:
        chunks = speech.__aiter__()
        got += (await anext(chunks)).pcm
        await asyncio.sleep(SETTLED_S)
        await b.providers.stop_one("fault_a")
        stopped_at = asyncio.get_running_loop().time()
        async for chunk in chunks:
            got += chunk.pcm
        assert asyncio.get_running_loop().time() == stopped_at
    return heard(bytes(got))


def asked(b: Bench) -> list[list[tuple[str, Outcome]]]:
    return [[(a.provider, a.outcome) for a in s.attempts] for s in b.reports[-1].segments]


def test_what_it_has_made_is_heard_and_then_it_is_not_asked_again() -> None:
    async def scenario() -> None:
        async with bench() as b:
            assert await hear(b) == (SENTENCES, [])
            a, other = [("fault_a", Outcome.OK)], [("fault_b", Outcome.OK)]
            assert asked(b) == [a] * MADE + [other] * (len(SENTENCES) - MADE)
            [out] = b.reports[-1].segments[MADE].out
            assert (out.provider, out.code) == ("fault_a", "unavailable")
            assert (out.reason, bool(out.remedy)) == ("The operator has stopped it.", True)
            assert len(b.provider("fault_a").calls) == MADE

            assert (await b.providers.start_one("fault_a")).in_service
            await b.say("Somebody else.")
            assert b.reports[-1].provider == "fault_a"

    run(scenario())


@pytest.mark.parametrize(
    ("fault", "outcome"), [(Fault.HANG, Outcome.FAILED), (Fault.STALL, Outcome.INTERRUPTED)]
)
def test_nobody_waits_for_it_any_longer(fault: Fault, outcome: Outcome) -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.script(fault_a=[Fault.NONE, fault])
            whole, broken = await hear(b)
            assert whole == SENTENCES
            assert all(SENTENCES[1].startswith(part.strip()) for part in broken)
            taken_over = ("fault_b", Outcome.OK)
            assert asked(b)[1] == [("fault_a", outcome), taken_over]
            assert asked(b)[2:] == [[taken_over]] * 2
            assert "The operator has stopped it." in str(b.reports[-1].segments[1].attempts[0])
            assert b.running == 0

    run(scenario())


@pytest.mark.parametrize("fault", [Fault.NONE, Fault.HANG, Fault.STALL])
def test_alone_it_leaves_a_reply_that_is_not_taken_for_whole(fault: Fault) -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.script(fault_a=[Fault.NONE, fault])
            with pytest.raises(Interrupted, match="The operator has stopped it"):
                await hear(b, ALONE)
            [report] = b.reports
            assert (report.outcome, report.error) == (Outcome.INTERRUPTED, "no_voice_left")
            assert report.audio_ms
            assert b.running == 0

    run(scenario())
