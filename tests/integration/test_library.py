"""The library in the specification's own terms, speaking with real Piper."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from polyvox import NoVoiceLeft, PolyvoxError, RequestError, VoiceModelRouter, VoiceProvider
from tests.support.server import settings_for
from tests.support.transcribe import closeness, likeness, words_of

TEXT = "The museum opens early in the morning. There is a small garden behind the building."
SPECIFIED = json.loads(
    (Path(__file__).parents[1] / "data/specification_voice_config.json").read_text()
)


@pytest.fixture
async def router(tmp_path: Path) -> AsyncIterator[VoiceModelRouter]:
    async with VoiceModelRouter(settings_for(tmp_path)) as started:
        yield started


def words_in(wav: bytes) -> list[str]:
    with wave.open(io.BytesIO(wav)) as file:
        return words_of(file.readframes(file.getnframes()), file.getframerate())


async def test_initialize_reports_what_each_provider_lacks(tmp_path: Path) -> None:
    router = VoiceModelRouter(settings_for(tmp_path))
    lacking = await router.initialize()
    assert lacking["piper"] is None
    assert await router.initialize() == lacking, "a second call changes nothing"
    await router.close()
    await router.close()


async def test_generate_speech_returns_what_the_specification_asks_for(
    router: VoiceModelRouter,
) -> None:
    config: dict[str, Any] = {"active_provider": "piper", "providers": {"piper": {"enabled": True}}}
    made = await router.generate_speech(TEXT, config, language="en")
    assert (made["provider"], made["cached"]) == ("piper", False)
    assert made["latency_ms"] > 0
    assert closeness(words_in(made["audio"]), TEXT) > 0.85
    again = await router.generate_speech(TEXT, config)
    assert again["cached"]
    assert again["audio"] == made["audio"]


async def test_the_specification_s_document_speaks_as_written(router: VoiceModelRouter) -> None:
    made = await router.generate_speech(TEXT, SPECIFIED)
    assert closeness(words_in(made["audio"]), TEXT) > 0.85
    out = {each.provider: each.code for each in made["report"].out}
    assert out == {
        "xtts_v2": "unavailable",
        "styletts2": "unavailable",
        "google_tts": "disabled",
        "piper": "voice",
    }
    [spoken] = {s.spoken_by.stand_in_for for s in made["report"].segments if s.spoken_by}
    assert spoken == "en_US-ryan-medium", "its own voice is not installed here: another stands in"


async def test_force_provider_takes_the_enumeration_or_the_id(router: VoiceModelRouter) -> None:
    config = {"active_provider": "fault_a", "providers": {"piper": {"enabled": True}}}
    for forced in (VoiceProvider.PIPER, "piper"):
        made = await router.generate_speech("Hello.", config, force_provider=forced)
        assert made["provider"] == "piper"


async def test_instructions_that_are_ignored_are_reported(router: VoiceModelRouter) -> None:
    config = {"active_provider": "piper"}
    made = await router.generate_speech("Hello.", config, instructions="Cheerfully.")
    assert [a.instructions for s in made["report"].segments for a in s.attempts] == ["ignored"]


async def test_stream_gives_audio_while_it_is_made(router: VoiceModelRouter) -> None:
    async with router.stream(TEXT, {"active_provider": "piper"}) as speech:
        chunks = [chunk async for chunk in speech]
    assert {chunk.sample_rate for chunk in chunks} == {speech.sample_rate}
    assert len(chunks) > 3
    assert likeness(b"".join(c.pcm for c in chunks), speech.sample_rate, TEXT) > 0.85


async def test_get_stats_counts_per_provider(router: VoiceModelRouter) -> None:
    for _ in range(2):
        await router.generate_speech(TEXT, {"active_provider": "piper"})
    stats = await router.get_stats()
    assert stats["active_provider"] == "piper"
    piper = stats["providers"]["piper"]
    assert (piper["requests"], piper["failures"], piper["cache_rate"]) == (2, 0, 0.5)
    assert piper["avg_latency_ms"] > 0


async def test_errors_say_whose_fault_it_is(router: VoiceModelRouter) -> None:
    with pytest.raises(NoVoiceLeft, match="No weights of StyleTTS 2 are installed"):
        await router.generate_speech(TEXT, {"active_provider": "styletts2"})
    with pytest.raises(RequestError, match="Nobody speaks 'fi'"):
        await router.generate_speech(TEXT, {"active_provider": "piper"}, language="fi")
    with pytest.raises(RequestError, match=r"voice_config\.active_provider"):
        await router.generate_speech(TEXT, {"active_provider": 7})


async def test_a_router_that_was_not_started_says_so(tmp_path: Path) -> None:
    with pytest.raises(PolyvoxError, match="initialize"):
        await VoiceModelRouter(settings_for(tmp_path)).generate_speech(TEXT, {})
