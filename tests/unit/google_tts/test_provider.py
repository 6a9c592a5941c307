"""What is asked of the service, and what comes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from google.cloud import texttospeech_v1 as tts

from polyvox.domain.capabilities import State
from polyvox.domain.quota import Charge
from polyvox.errors import InvalidSetting, Unavailable, UnknownVoice, UnsupportedLanguage
from tests.emulators.google import Emulator, running_google
from tests.emulators.speech import spoken
from tests.unit.google_tts.stage import (
    BOTH,
    STREAMED,
    TEXT,
    WHOLE,
    before,
    heard,
    options_for,
    started,
    utterance,
)


@pytest.mark.parametrize("voice", BOTH)
@pytest.mark.parametrize("piece_bytes", [4_801, 333])
async def test_speech_arrives_whole_however_it_is_torn(
    voice: str, piece_bytes: int, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.behaviour.piece_bytes = piece_bytes
    async with before(emulator, tmp_path) as provider:
        assert await heard(provider, utterance(voice)) == spoken(TEXT, 24_000)
    assert emulator.behaviour.synthesized == [TEXT]


async def test_whole_audio_is_handed_on_a_second_at_a_time(
    emulator: Emulator, tmp_path: Path
) -> None:
    async with before(emulator, tmp_path) as provider, provider.speak(utterance(WHOLE)) as stream:
        lengths = [chunk.duration_ms async for chunk in stream]
    assert len(lengths) > 2
    assert set(lengths[:-1]) == {1_000}


async def test_a_reply_longer_than_grpcs_own_limit(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pcm = b"\x00\x10" * (3 * 1024 * 1024)  # 6 MiB, two minutes: Piper would take long over them
    monkeypatch.setattr("tests.emulators.google.spoken", lambda *_, **__: pcm)
    async with before(emulator, tmp_path) as provider:
        assert await heard(provider, utterance(WHOLE)) == pcm


@pytest.mark.parametrize(
    ("voice", "settings", "streamed"),
    [
        (STREAMED, {}, True),
        (STREAMED, {"speaking_rate": 1.5}, True),
        (STREAMED, {"volume_gain_db": -6}, False),
        (STREAMED, {"effects_profile_id": ["headphone-class-device"]}, False),
        (WHOLE, {}, False),
        (WHOLE, {"pitch": -2, "speaking_rate": 0.5}, False),
        ("en-US-Studio-O", {"speaking_rate": 1.25}, False),
    ],
)
async def test_settings_reach_the_service_and_defaults_do_not(
    voice: str, settings: dict[str, Any], streamed: bool, emulator: Emulator, tmp_path: Path
) -> None:
    async with before(emulator, tmp_path) as provider:
        assert await heard(provider, utterance(voice, **settings))
    (asked,) = emulator.asked
    assert isinstance(asked, tts.StreamingSynthesizeConfig) is streamed
    audio = (
        asked.streaming_audio_config
        if isinstance(asked, tts.StreamingSynthesizeConfig)
        else asked.audio_config
    )
    sent = {name: getattr(audio, name) for name in type(audio).meta.fields if name in audio}
    always = {"audio_encoding": tts.AudioEncoding.PCM, "sample_rate_hertz": 24_000}
    assert sent == {**always, **settings}


@pytest.mark.parametrize("voice", [STREAMED, "en-US-Studio-O"])
async def test_a_pitch_that_a_voice_does_not_take_is_refused_here(
    voice: str, emulator: Emulator, tmp_path: Path
) -> None:
    async with before(emulator, tmp_path) as provider:
        with pytest.raises(InvalidSetting, match="do not take pitch") as caught:
            await heard(provider, utterance(voice, pitch=2))
    assert caught.value.param == "pitch"
    assert "Neural2" in str(caught.value.remedy)
    assert not emulator.asked


async def test_the_voice_asked_for_goes_before_the_one_in_the_settings(
    emulator: Emulator, tmp_path: Path
) -> None:
    async with before(emulator, tmp_path) as provider:
        for voice, named in ((WHOLE, STREAMED), (None, WHOLE), (None, None)):
            await heard(provider, utterance(voice, voice_name=named))
    assert [asked.voice.name for asked in emulator.asked] == [WHOLE, WHOLE, STREAMED]


@pytest.mark.parametrize(
    ("language", "voice", "code"),
    [
        ("zh-CN", "cmn-CN-Chirp3-HD-Kore", "cmn-CN"),
        ("yue-HK", "yue-HK-Standard-A", "yue-HK"),
        ("fil-PH", "fil-ph-Neural2-A", "fil-PH"),
        ("he-IL", "he-IL-Chirp3-HD-Kore", "he-IL"),
        ("nb-NO", "nb-NO-Chirp3-HD-Kore", "nb-NO"),
    ],
)
async def test_the_service_is_asked_in_its_own_tags(
    language: str, voice: str, code: str, emulator: Emulator, tmp_path: Path
) -> None:
    async with before(emulator, tmp_path) as provider:
        assert await heard(provider, utterance(None, language=language))
    assert [(a.voice.name, a.voice.language_code) for a in emulator.asked] == [(voice, code)]


@pytest.mark.parametrize("voice", ["en-US-Neural2-Z", "Kore", "en-US-News-K"])
async def test_a_voice_that_is_not_listed_is_unknown(
    voice: str, emulator: Emulator, tmp_path: Path
) -> None:
    async with before(emulator, tmp_path) as provider:
        with pytest.raises(UnknownVoice, match=voice) as caught:
            await heard(provider, utterance(voice))
    assert caught.value.param == "voice"


@pytest.mark.parametrize("voice", [STREAMED, None])
async def test_a_language_it_does_not_speak(
    voice: str | None, emulator: Emulator, tmp_path: Path
) -> None:
    async with before(emulator, tmp_path) as provider:
        with pytest.raises(UnsupportedLanguage, match="tlh"):
            await heard(provider, utterance(voice, language="tlh"))


@pytest.mark.parametrize(
    ("voice", "text", "charge"),
    [
        (STREAMED, "One two.\n", Charge("chirp3_hd", 9)),
        (WHOLE, "Çé 你好 👍🏽", Charge("neural2", 8)),
        ("en-US-Polyglot-1", "a", Charge("neural2", 1)),
        ("en-US-Wavenet-A", " a ", Charge("standard", 3)),
        ("en-US-Standard-A", "a", Charge("standard", 1)),
        ("en-US-Studio-O", "a", Charge("studio", 1)),
        (None, "a", Charge("chirp3_hd", 1)),
        ("no-such-voice", "a", None),
    ],
)
async def test_every_code_point_is_charged_to_the_voices_tier(
    voice: str | None, text: str, charge: Charge | None, emulator: Emulator, tmp_path: Path
) -> None:
    async with before(emulator, tmp_path) as provider:
        assert provider.charge(utterance(voice, text)) == charge
        tiers = provider.tariff().tiers
    assert charge is None or charge.tier in tiers


async def test_known_voices_stay_when_the_service_is_away(tmp_path: Path) -> None:
    with running_google() as emulator:
        options = options_for(emulator)
        async with started(tmp_path, **options) as provider:
            voices = await provider.voices()
    async with started(tmp_path, **options) as provider:
        assert provider.availability().state is State.READY
        assert await provider.voices() == voices
        with pytest.raises(Unavailable, match="cannot be reached"):
            await heard(provider, utterance())


async def test_the_list_of_voices_is_kept(emulator: Emulator, tmp_path: Path) -> None:
    for _ in range(2):
        async with before(emulator, tmp_path) as provider:
            assert await heard(provider, utterance())
    assert emulator.listings == 1


async def test_the_longest_text_is_what_the_service_takes(
    emulator: Emulator, tmp_path: Path
) -> None:
    async with before(emulator, tmp_path) as provider:
        assert provider.capabilities().limit_for("en-US").bytes == 5_000
