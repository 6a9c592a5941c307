"""Faults in real speech: a speech recognizer hears every word of the text."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from polyvox_faulty.faults import Fault
from polyvox_faulty.spoken import FaultPiper

from polyvox.bootstrap import Application
from polyvox.domain.speech import REPLY_SAMPLE_RATE, SpeechReport, SpeechRequest
from polyvox.domain.voice_config import VoiceConfig
from polyvox.services.providers import discover
from tests.support.server import settings_for
from tests.support.transcribe import closeness, normal_words, words_of

pytestmark = pytest.mark.voices
SENTENCES = [
    "The museum opens early in the morning.",
    "Please leave your heavy coats at the wooden desk near the door.",
    "There is a small garden behind the building.",
    "The last tour begins before the evening.",
]
ALL_HEARD = 0.92
"""A misheard word or two; a lost sentence leaves 0.88."""
CHAIN = VoiceConfig(active_provider="fault_piper", fallback_chain=("piper",))


@pytest.fixture
async def application(tmp_path: Path) -> AsyncIterator[Application]:
    loaders = {name: load for name, load in discover().items() if "piper" in name}
    quick = {"first_audio_s": 3.0, "stall_s": 1.5}
    settings = settings_for(tmp_path, deadlines={"fault_piper": quick})
    app = Application(settings, loaders=loaders)
    await app.start()
    yield app
    await app.stop()


async def speak(application: Application, script: list[Fault]) -> tuple[list[str], SpeechReport]:
    """What a listener hears who takes the audio as it comes."""
    cast("FaultPiper", application.services.providers.get("fault_piper")).script = script
    request = SpeechRequest(text=" ".join(SENTENCES), voice_config=CHAIN, language="en")
    async with await application.services.speak.speak(request) as speech:
        pcm = b"".join([chunk.pcm async for chunk in speech])
    return words_of(pcm, REPLY_SAMPLE_RATE), speech.report


def spoken_by(report: SpeechReport) -> list[str]:
    return [s.spoken_by.provider for s in report.segments if s.spoken_by]


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ([Fault.UNAVAILABLE], "unavailable"),
        ([Fault.HANG], "timed_out"),
        ([Fault.SILENCE], "bad_output"),
    ],
)
async def test_before_the_first_audio(
    application: Application, script: list[Fault], code: str
) -> None:
    words, report = await speak(application, script)
    assert closeness(words, " ".join(SENTENCES)) > ALL_HEARD
    assert report.segments[0].attempts[0].error == code
    assert spoken_by(report) == ["piper"] * len(report.segments)


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.STALL])
async def test_in_the_middle_of_segment_2_of_4(application: Application, fault: Fault) -> None:
    words, report = await speak(application, [Fault.NONE, fault])
    first, rest = normal_words(SENTENCES[0]), normal_words(" ".join(SENTENCES[1:]))
    assert closeness(words[: len(first)], SENTENCES[0]) > 0.7
    again = "segment 2 again from its beginning, and all that follows"
    assert closeness(words[-len(rest) :], " ".join(SENTENCES[1:])) > ALL_HEARD, again
    assert spoken_by(report) == ["fault_piper", "piper", "piper", "piper"]
    assert report.segments[1].attempts[0].error == "interrupted"
