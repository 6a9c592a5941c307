"""A real Polyvox behind the provider: its voices are listed, and what it says is heard."""

from __future__ import annotations

from pathlib import Path

import pytest

from polyvox.domain.capabilities import State
from polyvox.errors import Refused
from tests.support.server import RunningServer, piper_server
from tests.support.transcribe import likeness
from tests.unit.openai_speech.stage import TEXT, started, utterance

__all__ = ["piper_server"]


async def test_its_voices_and_personalities_speak(
    piper_server: RunningServer, tmp_path: Path
) -> None:
    async with started(tmp_path, base_url=f"{piper_server.url}/v1", model="polyvox") as provider:
        assert provider.availability().state is State.READY
        voices = {voice.id: voice for voice in await provider.voices("en")}
        assert {"joe", "en_US-joe-medium"} <= set(voices)
        assert voices["en_US-joe-medium"].languages == ("en-US",)
        for voice in ("joe", "en_US-joe-medium"):
            async with provider.speak(utterance(voice=voice, language="en-US")) as stream:
                pcm = b"".join([chunk.pcm async for chunk in stream])
            assert likeness(pcm, stream.sample_rate, TEXT) > 0.8


async def test_its_refusals_are_refusals(piper_server: RunningServer, tmp_path: Path) -> None:
    async with started(
        tmp_path, base_url=f"{piper_server.url}/v1", voices=["gone"], languages=["en"]
    ) as provider:
        with pytest.raises(Refused) as caught:
            await provider.speak(utterance(voice="gone")).__aenter__()
    assert caught.value.request_id


async def test_leaving_ends_its_work(piper_server: RunningServer, tmp_path: Path) -> None:
    async with started(tmp_path, base_url=f"{piper_server.url}/v1") as provider:
        async with provider.speak(utterance(f"{TEXT} " * 20, "joe")):
            pass
        await provider.stop()
    assert piper_server.call(piper_server.all_hung_up(within_s=5.0))
