"""A narrator beside the personality: changed by hand, unreadable, or not there at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from polyvox.domain.speech import Outcome, SpeechReport, SpeechRequest
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import UnknownPersonality
from polyvox.services.ports import Personality
from tests.integration.router.test_switching import OnePersonality
from tests.support.router import bench
from tests.support.virtual_time import run

ACTIONS = ["The old man looks out of the window.", "He sits down again with a sigh."]
WORDS = ["I have been waiting here for you.", "Nobody else came along today."]
TEXT = f"*{ACTIONS[0]}* {WORDS[0]} *{ACTIONS[1]}* {WORDS[1]}"
OWN = VoiceConfig.model_validate(
    {"active_provider": "fault_a", "actions": "narrator", "narrator": "ann"}
)
REQUEST = SpeechRequest(text=TEXT, personality="joe", language="en")


class Two(OnePersonality):
    """Joe, who is held for good, and the narrator Ann."""

    def __init__(self, trouble: Exception | None = None) -> None:
        super().__init__(OWN)
        at = datetime(2026, 1, 1, tzinfo=UTC)
        self.trouble = trouble
        self.ann = Personality("ann", "Ann", "", VoiceConfig(active_provider="fault_c"), 1, at, at)

    async def get(self, personality_id: str) -> Personality:
        if personality_id != "ann":
            return await super().get(personality_id)
        if self.trouble is not None:
            raise self.trouble
        return self.ann


def spoken_by(report: SpeechReport) -> list[tuple[str | None, str]]:
    speakers = [segment.spoken_by for segment in report.segments]
    return [(each.personality, each.provider) for each in speakers if each]


async def heard(stored: OnePersonality | None, request: SpeechRequest = REQUEST) -> SpeechReport:
    async with bench(personalities=stored) as b, await b.service.speak(request) as speech:
        await speech.read()
    assert speech.report.outcome is Outcome.OK
    return speech.report


def test_a_narrator_that_is_changed_speaks_with_its_new_model_from_its_next_segment() -> None:
    async def scenario() -> None:
        stored = Two()
        async with bench(personalities=stored) as b, await b.service.speak(REQUEST) as speech:
            async for _ in speech:
                config = VoiceConfig(active_provider="fault_a")
                stored.ann = replace(stored.ann, voice_config=config, version=2)
        assert spoken_by(speech.report) == [
            ("ann", "fault_c"),
            (None, "fault_a"),
            ("ann", "fault_a"),
            (None, "fault_a"),
        ]

    run(scenario())


@pytest.mark.parametrize(
    ("trouble", "code"),
    [(UnknownPersonality("gone"), "unknown_personality"), (OSError("disk"), "unavailable")],
)
def test_trouble_with_the_narrator_never_stops_the_reply(trouble: Exception, code: str) -> None:
    async def scenario() -> None:
        report = await heard(Two(trouble))
        assert spoken_by(report) == [(None, "fault_a")] * 4
        assert report.narrator is not None
        assert report.narrator.error == code
        assert "disk" not in (report.narrator.message or "")

    run(scenario())


def test_without_storage_the_personality_speaks_all_of_it() -> None:
    async def scenario() -> None:
        report = await heard(None, SpeechRequest(text=TEXT, voice_config=OWN, language="en"))
        assert spoken_by(report) == [(None, "fault_a")] * 4
        assert report.narrator is not None
        assert report.narrator.error == "unknown_personality"

    run(scenario())


def test_a_text_without_actions_asks_for_no_narrator() -> None:
    async def scenario() -> None:
        request = SpeechRequest(text=" ".join(WORDS), personality="joe", language="en")
        report = await heard(Two(OSError("disk")), request)
        assert report.narrator is None

    run(scenario())
