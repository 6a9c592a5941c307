"""Azure's own SDK against the emulator: it keeps the emulator to the service's real protocol."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from polyvox.provider.base import ProviderContext, Utterance
from polyvox.provider.trial import hear
from polyvox.providers.azure_tts.provider import AzureProvider
from polyvox.providers.azure_tts.settings import AzureSettings
from tests.emulators import azure

speechsdk = pytest.importorskip("azure.cognitiveservices.speech")

pytestmark = pytest.mark.clients
TEXT, VOICE = "The weather is fine today.", "en-US-JennyNeural"


@pytest.fixture(scope="module")
def emulator() -> Iterator[azure.AzureEmulator]:
    with azure.running_azure() as emulator:
        yield emulator


def synthesize(emulator: azure.AzureEmulator, voice: str = VOICE, key: str = azure.KEY) -> Any:
    config = speechsdk.SpeechConfig(subscription=key, host=f"ws://127.0.0.1:{emulator.port}")
    config.speech_synthesis_voice_name = voice
    raw = speechsdk.SpeechSynthesisOutputFormat.Raw24Khz16BitMonoPcm
    config.set_speech_synthesis_output_format(raw)
    synthesizer = speechsdk.SpeechSynthesizer(speech_config=config, audio_config=None)
    return synthesizer.speak_text_async(TEXT).get()


async def test_the_sdk_hears_what_the_provider_hears(
    emulator: azure.AzureEmulator, tmp_path: Path
) -> None:
    result = synthesize(emulator)
    assert result.reason == speechsdk.ResultReason.SynthesizingAudioCompleted
    provider = AzureProvider(
        ProviderContext(tmp_path, {"key": azure.KEY, "endpoint": emulator.url})
    )
    await provider.start()
    try:
        heard = await hear(provider, Utterance(TEXT, "en-US", VOICE, AzureSettings()))
    finally:
        await provider.stop()
    assert result.audio_data == heard.pcm


def test_a_wrong_key_is_refused(emulator: azure.AzureEmulator) -> None:
    result = synthesize(emulator, key="wrong")
    assert result.reason == speechsdk.ResultReason.Canceled
    code = result.cancellation_details.error_code
    assert code == speechsdk.CancellationErrorCode.AuthenticationFailure


def test_an_unknown_voice_is_refused(emulator: azure.AzureEmulator) -> None:
    result = synthesize(emulator, voice="en-US-NobodyNeural")
    assert result.reason == speechsdk.ResultReason.Canceled
    details = result.cancellation_details
    assert details.error_code == speechsdk.CancellationErrorCode.BadRequest
    assert "Unsupported voice" in details.error_details
