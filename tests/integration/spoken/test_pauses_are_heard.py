"""Pauses, measured in the audio: stretches whose level stays under one percent of full scale."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from polyvox.bootstrap import Application
from polyvox.domain.speech import REPLY_SAMPLE_RATE, SpeechRequest
from polyvox.domain.voice_config import VoiceConfig
from polyvox.services.providers import discover
from tests.support.server import settings_for

pytestmark = pytest.mark.voices
FRAME_MS = 10
QUIET = 0.01
"""RMS of a frame, of full scale."""
LEAST_MS = 160
"""Shorter ones are within words: before the k of "milk" it is silent for up to 130."""
COMMA_MS = 200
"""What the voice makes of a comma, at least; it varies up to 300 from one time to the next."""
LINE_MS = 350
"""What the end of a line adds to the words around it, but for what their edges take."""
FALLING_MS = 450
"""What a voice may add to a pause that is asked for: the end of its sentence."""
PIPER = VoiceConfig(active_provider="piper")


@pytest.fixture
async def application(tmp_path: Path) -> AsyncIterator[Application]:
    app = Application(settings_for(tmp_path), loaders={"piper": discover()["piper"]})
    await app.start()
    yield app
    await app.stop()


async def pauses(application: Application, text: str) -> list[int]:
    """Lengths in ms of the silences between the first sound and the last."""
    request = SpeechRequest(text=text, voice_config=PIPER, language="en-US")
    async with await application.services.speak.speak(request) as speech:
        pcm = b"".join([chunk.pcm async for chunk in speech])
    samples = np.frombuffer(pcm, "<i2") / 32_768
    length = REPLY_SAMPLE_RATE * FRAME_MS // 1_000
    frames = samples[: len(samples) // length * length].reshape(-1, length)
    quiet = np.sqrt(np.mean(frames**2, axis=1)) < QUIET
    runs = [(silent, len(list(run)) * FRAME_MS) for silent, run in groupby(quiet.tolist())]
    return [ms for silent, ms in runs[1:-1] if silent and ms >= LEAST_MS]


async def test_words_without_a_mark_have_no_pause(application: Application) -> None:
    assert await pauses(application, "I am not sure maybe we should go.") == []


@pytest.mark.parametrize(
    "text",
    [
        "I am not sure... maybe we should go.",
        "I am not sure… maybe we should go.",
        "Wait—where will you go?",
        "We wanted to go -- all of us.",
    ],
)
async def test_an_ellipsis_and_a_dash_pause_as_long_as_a_comma(
    application: Application, text: str
) -> None:
    assert max(await pauses(application, text)) >= COMMA_MS


async def test_a_title_in_a_name_makes_no_pause(application: Application) -> None:
    assert max(await pauses(application, "Dr. Adams is here now."), default=0) < COMMA_MS / 2


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ('I will go <break time="500ms"/> now.', 500),
        ("I will wait for you. [pause 2s] Now we go.", 2_000),
        ("I will wait for you. [pause:1200ms] Now we go.", 1_200),
    ],
)
async def test_a_pause_that_is_asked_for_is_as_long(
    application: Application, text: str, ms: int
) -> None:
    longest = max(await pauses(application, text))
    assert ms <= longest <= ms + FALLING_MS


async def test_every_line_of_a_list_ends_with_a_pause(application: Application) -> None:
    found = await pauses(application, "We need\nmilk\nlemons\nrice")
    assert len([ms for ms in found if ms >= LINE_MS]) == 3
