"""What is sent, what is heard, and what each refusal becomes."""

from __future__ import annotations

import asyncio
import time
import xml.etree.ElementTree as ET
from pathlib import Path

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
    UnknownVoice,
    UnsupportedLanguage,
)
from polyvox.provider.base import Utterance
from polyvox.provider.trial import hear
from polyvox.providers.azure_tts.client import MAX_SSML_BYTES, MAX_TEXT_BYTES
from polyvox.providers.azure_tts.error_map import ERRORS
from polyvox.providers.azure_tts.provider import AzureProvider
from polyvox.providers.azure_tts.settings import AzureSettings
from polyvox.routing.attempt import Deadlines, attempt
from polyvox.routing.breaker import Breaker
from polyvox.routing.recall import Recall
from tests.emulators.azure import FORMAT, KEY, RATE, REQUEST_ID, AzureEmulator
from tests.emulators.faults import BEFORE_AUDIO, IN_THE_MIDDLE, Fault
from tests.emulators.speech import plain, spoken
from tests.unit.azure_tts.stage import (
    HD,
    JENNY,
    MULTILINGUAL,
    TEXT,
    options_for,
    started,
    utterance,
)

SOON_S = 5.0
PROMPTLY_S = 0.1


async def routed(
    provider: AzureProvider, said: Utterance[AzureSettings], first_audio_s: float
) -> list[AudioChunk]:
    """As the router asks: with deadlines, and silence held back."""
    speaking = attempt(
        lambda: provider.speak(said),
        provider=provider.id,
        deadlines=Deadlines(first_audio_s, stall_s=0.5),
        breaker=Breaker(asyncio.get_running_loop().time),
        recall=Recall(""),
    )
    return [chunk async for chunk in speaking]


async def until_running(emulator: AzureEmulator, count: int) -> None:
    async with asyncio.timeout(SOON_S):
        while emulator.behaviour.running != count:  # noqa: ASYNC110 - it lives in another thread
            await asyncio.sleep(0.002)


async def test_the_request_is_azures(emulator: AzureEmulator, tmp_path: Path) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        await hear(provider, utterance("Tom & <Jerry> \x07", style="cheerful", rate="+25%"))
    (ssml,) = emulator.behaviour.synthesized
    assert ssml.endswith(
        '<mstts:express-as style="cheerful"><prosody rate="1.25">Tom &amp; &lt;Jerry&gt;  '
        "</prosody></mstts:express-as></voice></speak>"
    )
    said = {"content-type": "application/ssml+xml", "user-agent": "polyvox"}
    said |= {"x-microsoft-outputformat": FORMAT, "ocp-apim-subscription-key": KEY}
    assert said.items() <= emulator.headers.items()


async def test_default_settings_add_no_tag(emulator: AzureEmulator, tmp_path: Path) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        await hear(provider, utterance())
    (ssml,) = emulator.behaviour.synthesized
    assert f'<voice name="{JENNY}">{TEXT}</voice>' in ssml
    assert [tag.tag.split("}")[1] for tag in ET.fromstring(ssml).iter()] == ["speak", "voice"]  # noqa: S314


async def test_a_multilingual_voice_is_told_the_language(
    emulator: AzureEmulator, tmp_path: Path
) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        for language in ("de-DE", "de-AT", "en-US"):
            await hear(provider, utterance("Eins, zwei.", MULTILINGUAL, language))
    german, austrian, english = emulator.behaviour.synthesized
    assert '<lang xml:lang="de-DE">Eins, zwei.</lang>' in german
    assert '<lang xml:lang="de-DE">' in austrian
    assert "<lang" not in english


async def test_torn_samples_are_heard_as_they_were_spoken(
    emulator: AzureEmulator, tmp_path: Path
) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        heard = await hear(provider, utterance())
    assert heard.pcm == spoken(TEXT, RATE)
    assert len(heard.chunks) > 1


async def test_the_rate_is_heard(emulator: AzureEmulator, tmp_path: Path) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        heard = await hear(provider, utterance(rate="+40%"))
    assert heard.pcm == spoken(TEXT, RATE, speed=1.4)


EXPECTED: dict[Fault, tuple[type[PolyvoxError], str]] = {
    Fault.THROTTLED: (Throttled, "too many requests"),
    Fault.QUOTA: (QuotaExhausted, "quota .* used up"),
    Fault.SERVER_ERROR: (Unavailable, "503"),
    Fault.REFUSED: (Refused, "refused the request"),
    Fault.EMPTY: (BadOutput, "no audio"),
    Fault.MALFORMED: (BadOutput, "application/json"),
}


@pytest.mark.parametrize("fault", EXPECTED)
async def test_each_refusal_has_its_error(
    fault: Fault, emulator: AzureEmulator, tmp_path: Path
) -> None:
    emulator.behaviour.script.append(fault)
    kind, told = EXPECTED[fault]
    async with started(tmp_path, **options_for(emulator)) as provider:
        with pytest.raises(kind, match=told) as caught:
            await hear(provider, utterance())
        assert (await hear(provider, utterance())).pcm, "the next is served"
    error = caught.value
    assert type(error) is kind
    assert KEY not in str(error)
    assert TEXT not in str(error)
    if isinstance(error, ProviderError) and fault not in (Fault.EMPTY, Fault.MALFORMED):
        assert error.request_id == REQUEST_ID


@pytest.mark.parametrize(
    ("status", "said", "kind", "told"),
    [
        (302, "", Misconfigured, "AZURE_SPEECH_ENDPOINT"),
        (401, "", Misconfigured, "AZURE_SPEECH_KEY"),
        (403, "", Misconfigured, "network settings"),
        (403, "OUT OF CALL VOLUME QUOTA.", QuotaExhausted, "S0"),
        (404, "", Misconfigured, "AZURE_SPEECH_ENDPOINT"),
        (413, "", Refused, "in parts"),
        (415, "", Misconfigured, "AZURE_SPEECH_ENDPOINT"),
        (502, "", Unavailable, "502"),
    ],
)
def test_a_status_says_what_to_do(
    status: int, said: str, kind: type[ProviderError], told: str
) -> None:
    error = ERRORS.error(status, said=said)
    assert type(error) is kind
    assert told in str(error)


async def test_a_key_that_no_longer_holds_is_named(emulator: AzureEmulator, tmp_path: Path) -> None:
    async with started(tmp_path, **options_for(emulator)):
        pass  # the voices are known from now on
    wrong = KEY[::-1]
    async with started(tmp_path, **options_for(emulator, key=wrong)) as provider:
        with pytest.raises(Misconfigured, match="AZURE_SPEECH_KEY") as caught:
            await hear(provider, utterance())
    assert wrong not in str(caught.value)


@pytest.mark.parametrize("seconds", [None, 7.0])
async def test_throttling_says_when_to_come_back(
    seconds: float | None, emulator: AzureEmulator, tmp_path: Path
) -> None:
    emulator.behaviour.script.append(Fault.THROTTLED)
    emulator.behaviour.retry_after = seconds
    async with started(tmp_path, **options_for(emulator)) as provider:
        with pytest.raises(Throttled, match="F0 takes 20 a minute") as caught:
            await hear(provider, utterance())
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize("fault", [*BEFORE_AUDIO, *IN_THE_MIDDLE])
async def test_no_fault_passes_for_success(
    fault: Fault, emulator: AzureEmulator, tmp_path: Path
) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        await hear(provider, utterance())  # spoken once, so that no deadline waits for Piper
        emulator.behaviour.script.append(fault)
        patience_s = 0.3 if fault is Fault.HANG else SOON_S
        with pytest.raises(Interrupted if fault in IN_THE_MIDDLE else ProviderError):
            await routed(provider, utterance(), patience_s)
        await until_running(emulator, 0)


async def test_a_lost_connection_in_the_middle_is_an_interruption(
    emulator: AzureEmulator, tmp_path: Path
) -> None:
    emulator.behaviour.script.append(Fault.CUT)
    async with started(tmp_path, **options_for(emulator)) as provider:
        with pytest.raises(Interrupted, match="connection to Azure Speech was lost"):
            await hear(provider, utterance())


@pytest.mark.alone
@pytest.mark.parametrize("fault", [Fault.STALL, Fault.SLOW])
async def test_leaving_ends_the_call_at_the_server(
    fault: Fault, emulator: AzureEmulator, tmp_path: Path
) -> None:
    emulator.behaviour.always = fault
    took = []
    async with started(tmp_path, **options_for(emulator)) as provider:
        for left in range(1, 4):
            async with provider.speak(utterance()) as stream:
                await anext(stream)
                since = time.monotonic()
            await until_running(emulator, 0)
            took.append(time.monotonic() - since)
            assert emulator.behaviour.cancelled == left
    assert min(took) < PROMPTLY_S


async def test_cancelling_before_the_first_audio_ends_the_call_at_the_server(
    emulator: AzureEmulator, tmp_path: Path
) -> None:
    emulator.behaviour.always = Fault.HANG
    async with started(tmp_path, **options_for(emulator)) as provider:
        asking = asyncio.create_task(hear(provider, utterance()))
        await until_running(emulator, 1)
        asking.cancel()
        await until_running(emulator, 0)
        await asyncio.wait([asking])
    assert emulator.behaviour.cancelled == 1


async def test_what_azure_would_ignore_is_refused_unsent(
    emulator: AzureEmulator, tmp_path: Path
) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        with pytest.raises(InvalidSetting, match=r"no style 'angry'.*assistant, chat, cheerful"):
            await hear(provider, utterance(style="angry"))
        with pytest.raises(InvalidSetting, match="Its styles: none"):
            await hear(provider, utterance(voice="de-DE-KatjaNeural", language="de", style="sad"))
        with pytest.raises(InvalidSetting, match=r"HD voice .* its rate"):
            await hear(provider, utterance(voice=HD, rate=1.5))
        with pytest.raises(InvalidSetting, match=r"HD voice .* its pitch"):
            await hear(provider, utterance(voice=HD, pitch=0.9))
        with pytest.raises(UnknownVoice, match="is called 'en-US-Nobody'"):
            await hear(provider, utterance(voice="en-US-Nobody"))
        with pytest.raises(UnsupportedLanguage, match="speaks en-US, not fr-FR"):
            await hear(provider, utterance(language="fr-FR"))
        with pytest.raises(UnsupportedLanguage, match="No voice of Azure speaks tlh"):
            await hear(provider, utterance(voice=None, language="tlh"))
    assert not emulator.behaviour.synthesized


async def test_the_worst_text_within_the_limit_fits_and_a_longer_one_is_refused(
    emulator: AzureEmulator, tmp_path: Path
) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        limit = provider.capabilities().limit_for("en-US").bytes
        worst = "A" + "&" * (MAX_TEXT_BYTES - 1)
        emulator.behaviour.script.append(Fault.REFUSED)  # nobody needs to hear it
        with pytest.raises(Refused, match="refused the request"):
            await hear(provider, utterance(worst))
        with pytest.raises(Refused, match=f"{MAX_SSML_BYTES}.*parts of at most {MAX_TEXT_BYTES}"):
            await hear(provider, utterance("&" * (MAX_SSML_BYTES // 5)))
    assert limit == MAX_TEXT_BYTES
    assert [plain(ssml) for ssml in emulator.behaviour.synthesized] == [worst]


async def test_the_voice_may_come_from_the_settings_or_the_language(
    emulator: AzureEmulator, tmp_path: Path
) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        await hear(provider, utterance(voice=None, voice_name="en-US-GuyNeural"))
        await hear(provider, utterance(voice=None, language="pt"))
    guy, portuguese = emulator.behaviour.synthesized
    assert 'name="en-US-GuyNeural"' in guy
    assert 'name="pt-PT-RaquelNeural"' in portuguese
