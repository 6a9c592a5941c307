"""Pauses of the bundled voice, measured in its audio."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from polyvox.domain.capabilities import TextForm
from polyvox.domain.written import Mark, Pause, Written
from polyvox.provider.base import ProviderContext, Utterance
from polyvox.providers.piper.provider import PiperProvider
from polyvox.providers.piper.settings import PiperSettings
from polyvox.text.spoken import Segment
from tests.unit.piper.stage import JOE

COMMA_MS = 200
"""The least that the voice pauses at a comma; between two words it is below 100."""
AUDIBLE = 0.01
"""Of full scale."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("piper")


@pytest.fixture
async def piper(folder: Path) -> AsyncIterator[PiperProvider]:
    provider = PiperProvider(ProviderContext(folder, {}))
    await provider.start()
    yield provider
    await provider.stop()


async def longest_pause(
    piper: PiperProvider, text: str, *marks: Mark, form: TextForm = TextForm.VERBALIZED
) -> float:
    """In ms, between two sounds."""
    segment = Segment(Written(text, marks), "en-US")
    said = Utterance(
        segment.in_form(form), "en-US", JOE, PiperSettings(), parts=segment.parts(form)
    )
    async with piper.speak(said) as stream:
        pcm = b"".join([chunk.pcm async for chunk in stream])
    samples = np.frombuffer(pcm, "<i2") / 32_768
    sounds = np.flatnonzero(np.abs(samples) > AUDIBLE)
    return float(1000 * np.diff(sounds).max() / stream.sample_rate)


@pytest.mark.parametrize(
    "text", ["I am not sure... maybe we should go.", "Wait—what did you say?", "So-- no, wait."]
)
async def test_a_hesitation_is_heard(piper: PiperProvider, text: str) -> None:
    assert await longest_pause(piper, text) >= COMMA_MS


async def test_an_ellipsis_is_longer_than_a_comma(piper: PiperProvider) -> None:
    comma = await longest_pause(piper, "I am not sure, maybe we should go.")
    assert await longest_pause(piper, "I am not sure... maybe we should go.") > comma


async def test_a_pause_that_is_asked_for_is_silence_of_its_length(piper: PiperProvider) -> None:
    short = await longest_pause(piper, "Hello my friend.", Mark(6, Pause(400)))
    long = await longest_pause(piper, "Hello my friend.", Mark(6, Pause(1400)))
    assert short >= 400
    assert long - short == pytest.approx(1000, abs=150)


@pytest.mark.parametrize("form", TextForm)
@pytest.mark.parametrize(
    "text", ["Dr. Adams is here now.", "We met Capt. Smith and J. Adams at St. Ives today."]
)
async def test_a_name_has_no_pause_inside(piper: PiperProvider, text: str, form: TextForm) -> None:
    assert await longest_pause(piper, text, form=form) < 150
