from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from polyvox.domain.capabilities import State
from polyvox.errors import (
    BadOutput,
    ConfigError,
    InvalidSetting,
    Misconfigured,
    UnknownVoice,
    UnsupportedLanguage,
)
from polyvox.provider.base import ProviderContext, Utterance
from polyvox.provider.trial import Heard, hear
from polyvox.providers.piper import provider as module
from polyvox.providers.piper.provider import MAX_CHARACTERS, PiperProvider
from polyvox.providers.piper.settings import PiperSettings
from tests.support.transcribe import likeness

from .stage import JOE, SENTENCE, SPEAKERS, copy_joe, write_voice


@asynccontextmanager
async def running(data_dir: Path, **options: Any) -> AsyncIterator[PiperProvider]:
    provider = PiperProvider(ProviderContext(data_dir, options))
    try:
        await provider.start()
        yield provider
    finally:
        await provider.stop()


def utterance(text: str = "Hello there.", **changes: Any) -> Utterance[PiperSettings]:
    voice, language = changes.pop("voice", JOE), changes.pop("language", "en-US")
    return Utterance(text, language, voice, PiperSettings(**changes))


def says(heard: Heard, text: str) -> bool:
    return likeness(heard.pcm, heard.chunks[0].sample_rate, text) >= 0.8


async def test_streamed_speech_says_the_words(data_dir: Path) -> None:
    async with running(data_dir) as provider:
        heard = await hear(provider, utterance(SENTENCE))
    assert len(heard.chunks) >= 3
    assert says(heard, SENTENCE)


async def test_every_sentence_of_a_text_is_spoken(data_dir: Path) -> None:
    text = "My name is Joe. I live in a small house. Do you like it?"
    async with running(data_dir) as provider:
        assert says(await hear(provider, utterance(text)), text)


async def test_double_brackets_are_spoken_as_text(data_dir: Path) -> None:
    async with running(data_dir) as provider:
        heard = await hear(provider, utterance("Please say [[good morning]] to everybody."))
    assert says(heard, "Please say good morning to everybody")


async def test_the_first_audio_comes_long_before_the_last(data_dir: Path) -> None:
    """By the work done, not by the clock: the first chunk is a third of a second of audio."""
    async with running(data_dir) as provider, provider.speak(utterance(SENTENCE)) as stream:
        durations = [chunk.duration_ms async for chunk in stream]
    assert durations[0] < 600
    assert sum(durations) > 4_000


@pytest.mark.alone
async def test_leaving_frees_the_only_worker_within_100_ms(data_dir: Path) -> None:
    text = ((SENTENCE.rstrip(".") + " and ") * 5)[:MAX_CHARACTERS]

    async def wait_for_audio(provider: PiperProvider) -> float:
        began = time.monotonic()
        async with provider.speak(utterance("No.")):
            return time.monotonic() - began

    async def leave(provider: PiperProvider) -> None:
        entering = asyncio.create_task(hear(provider, utterance(text, speed=0.5)))
        await asyncio.sleep(0.02)  # into the text part, which takes some 300 ms
        entering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await entering

    async with running(data_dir, workers=1, threads=1) as provider:
        usual = min([await wait_for_audio(provider) for _ in range(3)])
        after_leaving = []
        for _ in range(5):  # a busy machine may delay any one
            await leave(provider)
            after_leaving.append(await wait_for_audio(provider))
        assert min(after_leaving) < usual + 0.1


@pytest.mark.parametrize("speaker", range(SPEAKERS))
async def test_each_speaker_of_a_voice_speaks(data_dir: Path, trio: Path, speaker: int) -> None:
    async with running(data_dir, voice_dirs=[trio.parent]) as provider:
        said = utterance("Hello there.", voice="en_US-trio-medium", speaker_id=speaker)
        heard = await hear(provider, said)
        assert heard.peak > 1_000
        voices = {voice.id: voice for voice in await provider.voices()}
    assert voices["en_US-trio-medium"].speakers == {"joe": 0, "jim": 1, "jack": 2}


async def test_without_a_speaker_the_voices_own_speaks(
    data_dir: Path, trio: Path, tmp_path: Path
) -> None:
    own = {"default_speaker_id": 1, "num_speakers": SPEAKERS}
    model = await asyncio.to_thread(trio.read_bytes)
    same = {"noise_scale": 0.0, "noise_w": 0.0, "length_scale": 1.0}
    voice = "en_US-own-medium"
    write_voice(tmp_path, voice, model=model, inference=same, **own)
    async with running(data_dir, voice_dirs=[tmp_path]) as provider:
        heard = await hear(provider, utterance(voice=voice))
        second = await hear(provider, utterance(voice=voice, speaker_id=1))
        first = await hear(provider, utterance(voice=voice, speaker_id=0))
    assert heard.pcm == second.pcm != first.pcm


async def test_a_speaker_out_of_range_is_refused(data_dir: Path) -> None:
    async with running(data_dir) as provider:
        with pytest.raises(InvalidSetting, match="speakers 0 to 0") as caught:
            await hear(provider, utterance(speaker_id=1))
    assert caught.value.param == "speaker_id"


async def test_an_unknown_voice_is_refused_with_the_known_ones(data_dir: Path) -> None:
    async with running(data_dir) as provider:
        with pytest.raises(UnknownVoice, match=f"No voice of Piper is called 'nobody'.*{JOE}"):
            await hear(provider, utterance(voice="nobody"))


async def test_without_a_voice_the_settings_and_then_the_language_choose(data_dir: Path) -> None:
    async with running(data_dir) as provider:
        assert (await hear(provider, utterance(voice=None))).pcm
        assert (await hear(provider, utterance(voice=None, voice_id=JOE))).pcm
        assert (await hear(provider, utterance(voice=None, language="en-GB"))).pcm
        with pytest.raises(UnknownVoice):
            await hear(provider, utterance(voice=None, voice_id="nobody"))


@pytest.mark.parametrize("voice", [None, JOE])
async def test_another_language_is_refused(data_dir: Path, voice: str | None) -> None:
    async with running(data_dir) as provider:
        with pytest.raises(UnsupportedLanguage):
            await hear(provider, utterance(voice=voice, language="de"))


async def test_a_text_without_sounds_is_bad_output(data_dir: Path) -> None:
    async with running(data_dir) as provider:
        with pytest.raises(BadOutput, match="no sounds"):
            await hear(provider, utterance("..."))


async def test_without_voices_it_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "bundled_folder", lambda: None)
    async with running(tmp_path) as provider:
        availability = provider.availability()
        assert availability.state is State.UNAVAILABLE
        assert availability.remedy == module.INSTALL_REMEDY
        assert provider.capabilities().languages == ()


async def test_a_voice_installed_while_it_runs_appears_and_speaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "bundled_folder", lambda: None)
    async with running(tmp_path) as provider:
        assert provider.availability().state is State.UNAVAILABLE
        copy_joe(tmp_path / "voices" / "en_US-new-medium", "en_US-new-medium")
        assert provider.availability().state is State.READY
        assert provider.capabilities().languages == ("en-US",)
        assert (await hear(provider, utterance(voice="en_US-new-medium"))).peak > 1_000
        shutil.rmtree(tmp_path / "voices")
        assert provider.availability().state is State.UNAVAILABLE
        with pytest.raises(UnknownVoice):
            await hear(provider, utterance(voice="en_US-new-medium"))


async def test_a_voice_that_cannot_be_loaded_is_told_and_the_others_speak(data_dir: Path) -> None:
    model = write_voice(data_dir / "voices", "en_US-broken-high")
    try:
        async with running(data_dir, default_voice="en_US-broken-high") as provider:
            assert provider.availability().state is State.READY
            (broken,) = provider.broken_voices()
            assert broken.path == model
            assert "cannot be loaded" in broken.reason
            assert [voice.id for voice in await provider.voices()] == [JOE]
            assert (await hear(provider, utterance())).pcm
            late = write_voice(data_dir / "voices", "en_US-late-high")
            assert provider.availability().state is State.READY
            with pytest.raises(Misconfigured, match="voices install piper en_US-late-high"):
                await hear(provider, utterance(voice="en_US-late-high"))
            assert late in [voice.path for voice in provider.broken_voices()]
    finally:
        shutil.rmtree(data_dir / "voices")


async def test_only_so_many_voices_stay_in_memory(data_dir: Path, trio: Path) -> None:
    async with running(data_dir, voice_dirs=[trio.parent], loaded_voices=1) as provider:
        for voice in (JOE, "en_US-trio-medium", JOE):
            assert (await hear(provider, utterance("No.", voice=voice))).pcm


async def test_many_at_once_each_hear_their_own_words(data_dir: Path) -> None:
    texts = [
        "The water in the lake is very cold today.",
        "She went to the market and bought some apples.",
        "Where did you put the keys of my car?",
    ]
    async with running(data_dir) as provider:
        heard = await asyncio.gather(*(hear(provider, utterance(text)) for text in texts))
    assert [says(one, text) for one, text in zip(heard, texts, strict=True)] == [True] * 3


@pytest.mark.alone
async def test_wrong_options_stop_the_start_and_leave_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    with pytest.raises(ConfigError, match="workers"):
        async with running(tmp_path, workers=0):
            pass
    assert threading.active_count() == before
