from __future__ import annotations

import pytest

from polyvox.errors import UnknownVoice
from polyvox.services.container import Services


@pytest.mark.parametrize(
    ("fields", "personality", "active", "provider", "voice"),
    [
        ({"voice": "joe"}, "joe", None, None, None),
        ({"voice": "joe", "model": "tts-1"}, "joe", None, None, None),
        ({"voice": "joe", "model": "fault_b"}, "joe", None, "fault_b", None),
        ({"voice": "joe", "provider": "fault_c"}, "joe", None, "fault_c", None),
        ({"model": "joe"}, "joe", None, None, None),
        ({"model": "joe", "voice": "alloy"}, "joe", None, None, None),
        ({"model": "joe", "voice": "some-voice"}, "joe", None, None, "some-voice"),
        ({"model": "fault_a"}, None, "fault_a", None, None),
        ({"model": "fault_a", "voice": "fault_a-voice"}, None, "fault_a", None, "fault_a-voice"),
        ({"model": "tts-1", "voice": "alloy"}, "joe", None, None, None),
        ({"model": "gpt-4o-mini-tts", "voice": "Marin"}, "joe", None, None, None),
        ({}, "joe", None, None, None),
        ({"model": "tts-1", "voice": "FAULT_B-voice"}, None, "fault_b", None, "fault_b-voice"),
    ],
)
async def test_whom_a_client_means(
    services: Services,
    fields: dict[str, str],
    personality: str | None,
    active: str | None,
    provider: str | None,
    voice: str | None,
) -> None:
    meant = await services.addressing.resolve(**fields)
    assert (meant.personality, meant.provider, meant.voice) == (personality, provider, voice)
    assert (meant.voice_config.active_provider if meant.voice_config else None) == active


async def test_an_unknown_voice_names_whom_there_is(services: Services) -> None:
    with pytest.raises(UnknownVoice, match="Personalities: joe"):
        await services.addressing.resolve(voice="nobody")


async def test_without_the_default_personality_the_default_document_speaks(
    services: Services,
) -> None:
    await services.personalities.delete("joe")
    meant = await services.addressing.resolve(voice="alloy")
    assert meant.voice_config is not None
    assert meant.voice_config.active_provider == "piper"
