"""OpenAI's own client hears the asked words, in every format, whole and as a stream."""

from __future__ import annotations

import io
import json
from base64 import b64decode
from collections.abc import AsyncIterator
from typing import Any, Literal

import av
import openai
import pytest
import pytest_asyncio

from tests.support.server import RunningServer
from tests.support.transcribe import likeness

pytestmark = pytest.mark.clients
Format = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]
FORMATS: list[Format] = ["mp3", "opus", "aac", "flac", "wav", "pcm"]
MEDIA_TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
TEXT = "The quick brown fox jumps over the lazy dog."
RATE = 24_000


@pytest_asyncio.fixture
async def client(piper_server: RunningServer) -> AsyncIterator[openai.AsyncOpenAI]:
    url = f"{piper_server.url}/v1"
    async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
        yield client


def decoded(data: bytes, format: str) -> bytes:
    """As a player does it: s16le mono at RATE."""
    if format == "pcm":
        return data
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with av.open(io.BytesIO(data), "r") as container:
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    frames += resampler.resample(None)
    return b"".join(frame.to_ndarray().tobytes() for frame in frames)


@pytest.mark.parametrize("format", FORMATS)
async def test_whole_replies_say_the_words(client: openai.AsyncOpenAI, format: Format) -> None:
    reply = await client.audio.speech.create(
        input=TEXT, model="tts-1", voice="alloy", response_format=format
    )
    assert reply.response.headers["content-type"] == MEDIA_TYPES[format]
    assert likeness(decoded(reply.content, format), RATE, TEXT) > 0.8


@pytest.mark.parametrize("format", FORMATS)
async def test_streams_say_the_words(client: openai.AsyncOpenAI, format: Format) -> None:
    text = "Every word is heard. The second sentence follows the first."
    streaming = client.audio.speech.with_streaming_response
    async with streaming.create(
        input=text, model="joe", voice="alloy", response_format=format, speed=0.9
    ) as reply:
        pieces = [piece async for piece in reply.iter_bytes()]
    assert len(pieces) > 1
    assert likeness(decoded(b"".join(pieces), format), RATE, text) > 0.8


@pytest.mark.parametrize("format", ["mp3", "wav"])
async def test_events_say_the_words(client: openai.AsyncOpenAI, format: Format) -> None:
    streaming = client.audio.speech.with_streaming_response
    async with streaming.create(
        input=TEXT, model="joe", voice="alloy", response_format=format, stream_format="sse"
    ) as reply:
        lines = [line async for line in reply.iter_lines() if line.startswith("data: ")]
    events: list[dict[str, Any]] = [json.loads(line.removeprefix("data: ")) for line in lines]
    assert events[-1]["type"] == "speech.audio.done"
    audio = b"".join(b64decode(event["audio"]) for event in events[:-1])
    assert likeness(decoded(audio, format), RATE, TEXT) > 0.8


async def test_a_custom_voice_is_named_by_its_id(client: openai.AsyncOpenAI) -> None:
    reply = await client.audio.speech.create(
        input="Hello.", model="piper", voice={"id": "en_US-joe-medium"}, response_format="pcm"
    )
    assert reply.response.headers["x-polyvox-provider"] == "piper"


async def test_models_can_be_listed(client: openai.AsyncOpenAI) -> None:
    names = [model.id async for model in client.models.list()]
    assert names == ["polyvox", "joe", "piper"]


async def test_errors_are_the_clients_own(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as wrong:
        await client.audio.speech.create(input="Hello.", model="tts-1", voice="nobody")
    assert (wrong.value.param, wrong.value.code) == ("voice", "unknown_voice")
    assert wrong.value.type == "invalid_request_error"
    assert wrong.value.request_id is not None
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("nobody")
    with pytest.raises(openai.BadRequestError) as fast:
        await client.audio.speech.create(input="Hello.", model="tts-1", voice="alloy", speed=9)
    assert fast.value.param == "speed"
