"""IBM's own client finds in the emulator the service that it knows."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from ibm_cloud_sdk_core import ApiException
from ibm_cloud_sdk_core.authenticators import BasicAuthenticator, IAMAuthenticator
from ibm_watson import TextToSpeechV1

from polyvox.provider.base import ProviderContext, Utterance
from polyvox.providers.ibm_watson.provider import WatsonProvider
from polyvox.providers.ibm_watson.settings import WatsonSettings
from tests.emulators.watson import KEY, TRANSACTION, VOICES, Watson, running_watson

pytestmark = pytest.mark.clients
TEXT = "The quick brown fox jumps over the lazy dog."
VOICE = "en-US_EthanNatural"
RAW = "audio/l16;rate=24000"


@pytest.fixture
def emulator() -> Iterator[Watson]:
    with running_watson() as emulator:
        yield emulator


def sdk(emulator: Watson, key: str = KEY) -> TextToSpeechV1:
    return _at(emulator, IAMAuthenticator(key, url=emulator.iam_url))


def _at(emulator: Watson, authenticator: object) -> TextToSpeechV1:
    service = TextToSpeechV1(authenticator=authenticator)
    service.set_service_url(emulator.url)
    return service


def synthesized(service: TextToSpeechV1, accept: str = RAW, text: str = TEXT) -> bytes:
    reply = service.synthesize(text, accept=accept, voice=VOICE)
    pcm: bytes = reply.get_result().content
    return pcm


def test_it_lists_the_voices(emulator: Watson) -> None:
    listed = sdk(emulator).list_voices().get_result()["voices"]
    assert {voice["name"] for voice in listed} == set(VOICES)


async def test_it_hears_what_the_provider_hears(emulator: Watson, tmp_path: Path) -> None:
    options = {"api_key": KEY, "url": emulator.url, "iam_url": emulator.iam_url}
    provider = WatsonProvider(ProviderContext(tmp_path, options))
    await provider.start()
    try:
        async with provider.speak(Utterance(TEXT, "en-US", VOICE, WatsonSettings())) as stream:
            ours = b"".join([chunk.pcm async for chunk in stream])
    finally:
        await provider.stop()
    theirs = await asyncio.to_thread(lambda: synthesized(sdk(emulator)))
    assert ours == theirs
    assert emulator.texts == [TEXT, TEXT]


def test_the_key_itself_is_let_in(emulator: Watson) -> None:
    assert synthesized(_at(emulator, BasicAuthenticator("apikey", KEY)))
    assert emulator.exchanges == 0


def test_a_wrong_key_is_an_error(emulator: Watson) -> None:
    with pytest.raises(ApiException) as caught:
        synthesized(sdk(emulator, "wrong"))
    assert caught.value.status_code == 400
    assert "API key could not be found" in str(caught.value)


def test_a_token_is_kept_until_it_runs_out(emulator: Watson) -> None:
    service = sdk(emulator)
    synthesized(service)
    synthesized(service)
    assert emulator.exchanges == 1
    emulator.token_life_s = 5  # which the client takes as expired, being less than 10
    service = sdk(emulator)
    synthesized(service)
    synthesized(service)
    assert emulator.exchanges > 2


@pytest.mark.parametrize(
    ("accept", "text", "status"),
    [
        (RAW, "this & that", 400),
        (RAW, "<break>", 400),
        (RAW, "x" * 6_000, 400),
        ("audio/l16", TEXT, 406),
        ("audio/flac", TEXT, 406),
    ],
)
def test_it_reads_the_refusals(emulator: Watson, accept: str, text: str, status: int) -> None:
    with pytest.raises(ApiException) as caught:
        synthesized(sdk(emulator), accept, text)
    assert caught.value.status_code == status
    assert caught.value.global_transaction_id == TRANSACTION


def test_an_unknown_voice_is_an_unknown_model(emulator: Watson) -> None:
    with pytest.raises(ApiException, match="Model 'en-US_Nobody' not found") as caught:
        sdk(emulator).synthesize(TEXT, accept=RAW, voice="en-US_Nobody")
    assert caught.value.status_code == 404


def test_a_wav_has_a_header_without_a_length(emulator: Watson) -> None:
    with wave.open(io.BytesIO(synthesized(sdk(emulator), "audio/wav"))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (22_050, 1, 2)
        assert file.getnframes() == 0
