"""What is sent, what is heard, and what each refusal becomes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openai as vendor
import pytest

from polyvox.domain.audio import AudioChunk
from polyvox.errors import (
    BadOutput,
    Interrupted,
    InvalidSetting,
    Misconfigured,
    PolyvoxError,
    ProviderError,
    QuotaExhausted,
    Refused,
    Throttled,
    Unavailable,
)
from polyvox.provider.base import Utterance
from polyvox.providers.openai_speech.provider import OpenAISpeechProvider
from polyvox.providers.openai_speech.settings import OpenAISpeechSettings
from polyvox.routing.attempt import Deadlines, attempt
from polyvox.routing.breaker import Breaker
from polyvox.routing.recall import Recall
from tests.emulators.faults import BEFORE_AUDIO, IN_THE_MIDDLE, Fault
from tests.emulators.openai import KEY, MODEL, RATE, OpenAIEmulator
from tests.emulators.speech import spoken
from tests.support.transcribe import likeness
from tests.unit.openai_speech.stage import TEXT, options_for, started, utterance

Speech = Utterance[OpenAISpeechSettings]
SOON_S = 5.0


async def hear(provider: OpenAISpeechProvider, said: Speech) -> bytes:
    async with provider.speak(said) as stream:
        assert stream.sample_rate == RATE
        return b"".join([chunk.pcm async for chunk in stream])


async def routed(provider: OpenAISpeechProvider, said: Speech) -> list[AudioChunk]:
    """As the router asks: with deadlines, and silence held back."""
    speaking = attempt(
        lambda: provider.speak(said),
        provider=provider.id,
        deadlines=Deadlines(first_audio_s=0.5, stall_s=0.5),
        breaker=Breaker(asyncio.get_running_loop().time),
        recall=Recall(""),
    )
    return [chunk async for chunk in speaking]


async def until_idle(emulator: OpenAIEmulator) -> None:
    async with asyncio.timeout(SOON_S):
        while emulator.behaviour.running:  # noqa: ASYNC110 - it lives in another thread
            await asyncio.sleep(0.005)


async def test_the_request_is_openais(emulator: OpenAIEmulator, tmp_path: Path) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        await hear(provider, utterance())
        await hear(provider, utterance(voice=None, speed=1.5, instructions="Calm and slow."))
    plain = {"model": MODEL, "voice": "am_adam", "input": TEXT, "response_format": "pcm"}
    assert emulator.bodies == [
        {**plain, "speed": 1.0},
        {**plain, "voice": "af_heart", "speed": 1.5, "instructions": "Calm and slow."},
    ]
    assert {sent["authorization"] for sent in emulator.headers} == {f"Bearer {KEY}"}


async def test_the_request_s_instructions_win_over_the_settings(
    emulator: OpenAIEmulator, tmp_path: Path
) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        for configured in (None, "Calm and slow."):
            said = utterance() if configured is None else utterance(instructions=configured)
            await hear(provider, replace(said, instructions="Quick and loud."))
    assert [sent["instructions"] for sent in emulator.bodies] == ["Quick and loud."] * 2


@pytest.mark.parametrize(
    ("base_url", "model", "taken"),
    [
        ("https://api.openai.com/v1", "tts-1", False),
        ("https://eu.api.openai.com/v1", "tts-1-hd", False),
        ("https://api.openai.com/v1", "gpt-4o-mini-tts", True),
        ("http://127.0.0.1:1/v1", "tts-1", True),
    ],
)
async def test_instructions_are_taken_but_where_openai_would_ignore_them(
    base_url: str, model: str, taken: bool, tmp_path: Path
) -> None:
    asked = {"base_url": base_url, "model": model, "voices": ["alloy"], "languages": ["en"]}
    async with started(tmp_path, **asked) as provider:
        assert provider.capabilities().takes_instructions is taken


async def test_the_language_is_told_to_a_server_that_tells_its_own(
    emulator: OpenAIEmulator, tmp_path: Path
) -> None:
    emulator.listing = {"voices": [{"id": "ada", "languages": ["en", "de"]}, "plain"]}
    async with started(tmp_path, **options_for(emulator)) as provider:
        await hear(provider, utterance(voice="ada", language="de"))
        await hear(provider, utterance(voice="plain"))
    assert [body.get("language") for body in emulator.bodies] == ["de", None]


async def test_torn_samples_are_heard_as_they_were_spoken(
    emulator: OpenAIEmulator, tmp_path: Path
) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        pcm = await hear(provider, utterance())
    assert pcm == spoken(TEXT, RATE)
    assert likeness(pcm, RATE, TEXT) > 0.8


EXPECTED: dict[Fault, tuple[type[PolyvoxError], str]] = {
    Fault.THROTTLED: (Throttled, "too often"),
    Fault.QUOTA: (QuotaExhausted, "quota"),
    Fault.SERVER_ERROR: (Unavailable, "500"),
    Fault.REFUSED: (Refused, "refused the request"),
    Fault.EMPTY: (BadOutput, "no audio"),
    Fault.MALFORMED: (BadOutput, "application/json"),
}


@pytest.mark.parametrize("fault", EXPECTED)
async def test_each_refusal_has_its_error(
    fault: Fault, emulator: OpenAIEmulator, tmp_path: Path
) -> None:
    emulator.behaviour.script.append(fault)
    emulator.behaviour.retry_after = 7.0
    kind, told = EXPECTED[fault]
    async with started(tmp_path, **options_for(emulator)) as provider:
        with pytest.raises(kind, match=told) as caught:
            await hear(provider, utterance())
        assert await hear(provider, utterance()), "the next is served"
    assert type(caught.value) is kind
    assert KEY not in str(caught.value)
    assert TEXT not in str(caught.value)
    if isinstance(caught.value, Throttled):
        assert caught.value.retry_after == 7.0
    if isinstance(caught.value, ProviderError) and fault not in (Fault.EMPTY, Fault.MALFORMED):
        assert caught.value.request_id == "req_1"


@pytest.mark.parametrize("fault", [*BEFORE_AUDIO, *IN_THE_MIDDLE])
async def test_no_fault_passes_for_success(
    fault: Fault, emulator: OpenAIEmulator, tmp_path: Path
) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        await hear(provider, utterance())  # spoken once, so that no deadline waits for Piper
        emulator.behaviour.script.append(fault)
        with pytest.raises(Interrupted if fault in IN_THE_MIDDLE else ProviderError):
            await routed(provider, utterance())
        await until_idle(emulator)


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.STALL, Fault.SLOW])
async def test_the_server_sees_that_the_listener_left(
    fault: Fault, emulator: OpenAIEmulator, tmp_path: Path
) -> None:
    emulator.behaviour.always = fault
    async with started(tmp_path, **options_for(emulator)) as provider:
        hearing = asyncio.create_task(hear(provider, utterance()))
        async with asyncio.timeout(SOON_S):
            while not emulator.behaviour.synthesized:  # noqa: ASYNC110 - in another thread
                await asyncio.sleep(0.005)
        hearing.cancel()
        await asyncio.wait([hearing])
        await until_idle(emulator)
    assert emulator.behaviour.cancelled == 1


async def test_a_connection_cut_in_the_middle_is_an_interruption(
    emulator: OpenAIEmulator, tmp_path: Path
) -> None:
    emulator.behaviour.script.append(Fault.CUT)
    async with started(tmp_path, **options_for(emulator)) as provider:
        with pytest.raises(Interrupted, match="connection"):
            await hear(provider, utterance())


async def test_a_wrong_key_and_a_wrong_model_are_the_operators(
    emulator: OpenAIEmulator, tmp_path: Path
) -> None:
    options = options_for(emulator, voices=["am_adam"])
    async with started(tmp_path, **{**options, "api_key": "sk-wrong"}) as provider:
        with pytest.raises(Misconfigured, match="OPENAI_SPEECH_API_KEY") as caught:
            await hear(provider, utterance())
    assert "sk-wrong" not in str(caught.value)
    async with started(tmp_path, **options, model="tts-9") as provider:
        with pytest.raises(Misconfigured, match="model"):
            await hear(provider, utterance())


@pytest.mark.parametrize("model", ["tts-1", "tts-1-hd"])
async def test_instructions_that_openai_would_ignore_are_refused(
    model: str, tmp_path: Path
) -> None:
    async with started(tmp_path, base_url="https://api.openai.com/v1", model=model) as provider:
        with pytest.raises(InvalidSetting, match=model) as caught:
            await hear(provider, utterance(voice="alloy", instructions="Calm."))
    assert caught.value.param == "instructions"


async def test_nobody_answers(tmp_path: Path, unused: int) -> None:
    options = {"base_url": f"http://127.0.0.1:{unused}/v1", "voices": ["a"], "languages": ["en"]}
    async with started(tmp_path, **options) as provider:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await hear(provider, utterance(voice="a"))


@pytest.fixture
def unused() -> Iterator[int]:
    """A port that is taken and not listened on."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


async def test_openais_own_client_finds_the_emulator_true(emulator: OpenAIEmulator) -> None:
    async with vendor.AsyncOpenAI(base_url=emulator.base_url, api_key=KEY, max_retries=0) as client:
        speech = await client.audio.speech.create(
            model=MODEL, voice="alloy", input=TEXT, response_format="pcm"
        )
        assert speech.content == spoken(TEXT, RATE)
        emulator.behaviour.script.extend([Fault.QUOTA, Fault.REFUSED])
        with pytest.raises(vendor.RateLimitError) as caught:
            await client.audio.speech.create(model=MODEL, voice="alloy", input=TEXT)
        assert caught.value.code == "insufficient_quota"
        with pytest.raises(vendor.BadRequestError):
            await client.audio.speech.create(model=MODEL, voice="alloy", input=TEXT)
