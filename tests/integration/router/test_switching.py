"""A personality switched by hand speaks with the new model from its next segment."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from polyvox_faulty.faults import Fault
from polyvox_faulty.written import heard

from polyvox.domain.speech import Outcome, SpeechRequest
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import UnknownPersonality
from polyvox.services.ports import Personality, Switch
from tests.support.router import bench
from tests.support.virtual_time import run

SENTENCES = [
    "The first sentence is short.",
    "The second one goes on for a little longer than that.",
    "Then comes a third sentence to be spoken.",
    "And the fourth is the last of all of them.",
]
TEXT = " ".join(SENTENCES)


class OnePersonality:
    """Storage that holds one, changed by the test between two reads."""

    def __init__(self, config: VoiceConfig) -> None:
        at = datetime(2026, 1, 1, tzinfo=UTC)
        self.held: Personality | None = Personality("joe", "Joe", "", config, 1, at, at)

    def switch(self, provider: str) -> None:
        assert self.held is not None
        config = self.held.voice_config.model_copy(update={"active_provider": provider})
        self.held = replace(self.held, voice_config=config, version=self.held.version + 1)

    async def get(self, personality_id: str) -> Personality:
        if self.held is None:
            raise UnknownPersonality("gone")
        return self.held

    async def list(self) -> Sequence[Personality]:
        return [self.held] if self.held else []

    async def add(self, personality: Personality) -> None:
        raise NotImplementedError

    async def replace(
        self, personality: Personality, *, expected_version: int, switch: Switch | None = None
    ) -> None:
        raise NotImplementedError

    async def delete(self, personality_id: str) -> None:
        raise NotImplementedError

    async def switches(self, personality_id: str, *, limit: int = 100) -> Sequence[Switch]:
        raise NotImplementedError


REQUEST = SpeechRequest(text=TEXT, personality="joe", language="en")
CONFIG = VoiceConfig(active_provider="fault_a", fallback_chain=("fault_c",))


def test_the_next_segment_is_the_new_model_s_even_when_the_old_one_had_made_it() -> None:
    async def scenario() -> None:
        stored = OnePersonality(CONFIG)
        async with bench(personalities=stored) as b:
            got: list[bytes] = []
            async with await b.service.speak(REQUEST) as speech:
                await asyncio.sleep(1)  # the second segment is made ahead, by the old model
                assert len(b.provider("fault_a").calls) == 2
                stored.switch("fault_b")
                async for chunk in speech:
                    got.append(chunk.pcm)
            assert heard(b"".join(got)) == (SENTENCES, [])
            [report] = b.reports
            told = [s.spoken_by.provider for s in report.segments if s.spoken_by]
            assert told == ["fault_a", "fault_b", "fault_b", "fault_b"]
            assert report.segments[1].attempts[0].outcome is Outcome.CANCELLED
            assert report.candidates == ["fault_b", "fault_c"]

    run(scenario())


def test_a_switch_ends_the_stay_with_a_substitute() -> None:
    async def scenario() -> None:
        stored = OnePersonality(CONFIG)
        async with bench(personalities=stored) as b:
            b.script(fault_a=[Fault.UNAVAILABLE])
            got: list[bytes] = []
            async with await b.service.speak(REQUEST) as speech:
                async for chunk in speech:
                    if not got:
                        stored.switch("fault_b")
                    got.append(chunk.pcm)
            assert heard(b"".join(got))[0] == SENTENCES
            told = [s.spoken_by.provider for s in b.reports[0].segments if s.spoken_by]
            assert told == ["fault_c", "fault_b", "fault_b", "fault_b"]

    run(scenario())


def test_a_switch_to_somebody_who_cannot_speak_changes_nothing() -> None:
    async def scenario() -> None:
        stored = OnePersonality(VoiceConfig(active_provider="fault_a"))
        async with bench(personalities=stored) as b:
            async with await b.service.speak(REQUEST) as speech:
                stored.switch("not_there")
                pcm = b"".join([chunk.pcm async for chunk in speech])
            assert heard(pcm)[0] == SENTENCES

    run(scenario())


def test_a_personality_deleted_under_way_finishes_its_reply() -> None:
    async def scenario() -> None:
        stored = OnePersonality(CONFIG)
        async with bench(personalities=stored) as b:
            async with await b.service.speak(REQUEST) as speech:
                stored.held = None
                pcm = b"".join([chunk.pcm async for chunk in speech])
            assert heard(pcm)[0] == SENTENCES

    run(scenario())
