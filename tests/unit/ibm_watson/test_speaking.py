"""What is sent, what is heard, and what each refusal becomes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from polyvox.errors import (
    BadOutput,
    Interrupted,
    Misconfigured,
    ProviderError,
    QuotaExhausted,
    Refused,
    Throttled,
    TimedOut,
    Unavailable,
    UnknownVoice,
    UnsupportedLanguage,
)
from polyvox.providers.ibm_watson.client import SAMPLE_RATE
from polyvox.providers.ibm_watson.error_map import ERRORS
from polyvox.routing.attempt import Deadlines, attempt
from polyvox.routing.breaker import Breaker
from polyvox.routing.recall import Recall
from tests.emulators.faults import BEFORE_AUDIO, IN_THE_MIDDLE, Fault
from tests.emulators.speech import spoken
from tests.emulators.watson import KEY, TRANSACTION, Watson
from tests.unit.ibm_watson.stage import (
    TEXT,
    VOICE,
    Speech,
    hear,
    options_for,
    started,
    until,
    utterance,
)

FAULTS: dict[Fault, type[Exception]] = {
    Fault.THROTTLED: Throttled,
    Fault.QUOTA: QuotaExhausted,
    Fault.SERVER_ERROR: Unavailable,
    Fault.REFUSED: Refused,
    Fault.HANG: TimedOut,
    Fault.EMPTY: BadOutput,
    Fault.SILENCE: BadOutput,
    Fault.MALFORMED: BadOutput,
    Fault.CUT: Interrupted,
    Fault.STALL: Interrupted,
}


async def refusal(emulator: Watson, folder: Path, said: Speech | None = None) -> ProviderError:
    async with started(folder, options_for(emulator)) as provider:
        with pytest.raises(ProviderError) as caught:
            await hear(provider, said or utterance())
    return caught.value


@pytest.mark.parametrize("auth", ["iam", "basic"])
async def test_what_was_said_is_heard(emulator: Watson, tmp_path: Path, auth: str) -> None:
    async with started(tmp_path, options_for(emulator, auth=auth)) as provider:
        assert await hear(provider, utterance()) == spoken(TEXT, SAMPLE_RATE)
    assert emulator.queries == [{"voice": VOICE}]
    assert emulator.exchanges == (1 if auth == "iam" else 0)


async def test_percentages_are_sent_where_they_are_set(emulator: Watson, tmp_path: Path) -> None:
    said = utterance(rate_percentage=100, pitch_percentage=-5)
    async with started(tmp_path, options_for(emulator)) as provider:
        assert await hear(provider, said) == spoken(TEXT, SAMPLE_RATE, speed=2.0)
    assert emulator.queries == [
        {"voice": VOICE, "rate_percentage": "100", "pitch_percentage": "-5"}
    ]


async def test_a_setting_that_the_voice_ignores_is_refused(
    emulator: Watson, tmp_path: Path
) -> None:
    emulator.ignored = ("rate_percentage",)
    error = await refusal(emulator, tmp_path, utterance(rate_percentage=10))
    assert isinstance(error, Refused)
    assert "does not take rate_percentage" in str(error)


async def test_markup_in_a_text_is_text(emulator: Watson, tmp_path: Path) -> None:
    text = "<speak>AT&T is > 'half' & \x07 \"more\" — você 𝄞</speak>"
    async with started(tmp_path, options_for(emulator)) as provider:
        assert await hear(provider, utterance(text))
    assert emulator.texts == [
        "&lt;speak&gt;AT&amp;T is &gt; 'half' &amp;   \"more\" — você 𝄞&lt;/speak&gt;"
    ]
    assert "você 𝄞" in emulator.behaviour.synthesized[0]


async def test_the_longest_text_is_spoken_whatever_its_bytes(
    emulator: Watson, tmp_path: Path
) -> None:
    async with started(tmp_path, options_for(emulator)) as provider:
        limit = provider.capabilities().limit_for("en-US").bytes
        assert limit is not None
        text = "& " * 100 + "é" * ((limit - 200) // 2)
        emulator.behaviour.always = Fault.REFUSED  # the text got through to the service
        with pytest.raises(Refused, match="refused the request"):
            await hear(provider, utterance(text))
    assert len(emulator.texts[0].encode()) <= 5_000


async def test_a_text_that_is_too_long_once_escaped_is_not_sent(
    emulator: Watson, tmp_path: Path
) -> None:
    error = await refusal(emulator, tmp_path, utterance("&" * 1_001))
    assert isinstance(error, Refused)
    assert "takes 5000 bytes" in str(error)
    assert emulator.texts == []


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (utterance(voice="en-US_NobodyNatural"), UnknownVoice),
        (utterance(voice=None, voice_name="en-US_NobodyNatural"), UnknownVoice),
        (utterance(language="fr-FR"), UnsupportedLanguage),
        (utterance(voice=None, language="zh"), UnsupportedLanguage),
    ],
)
async def test_who_cannot_say_it_is_not_asked(
    emulator: Watson, tmp_path: Path, said: Speech, error: type[Exception]
) -> None:
    async with started(tmp_path, options_for(emulator)) as provider:
        with pytest.raises(error):
            await hear(provider, said)
    assert emulator.queries == []


async def test_the_voice_is_the_set_one_else_the_best_of_the_language(
    emulator: Watson, tmp_path: Path
) -> None:
    async with started(tmp_path, options_for(emulator)) as provider:
        await hear(provider, utterance(voice=None, voice_name="en-GB_KateV3Voice"))
        await hear(provider, utterance(voice=None, language="es-419"))
    assert [query["voice"] for query in emulator.queries] == [
        "en-GB_KateV3Voice",
        "es-LA_AlejandroNatural",
    ]


@pytest.mark.parametrize(("fault", "expected"), FAULTS.items())
async def test_a_fault_becomes_its_error_without_text_key_or_token(
    emulator: Watson, tmp_path: Path, fault: Fault, expected: type[Exception]
) -> None:
    async with started(tmp_path, options_for(emulator)) as provider:
        await hear(provider, utterance())  # the emulator has its speech at hand from now on
        emulator.behaviour.always = fault
        speaking = attempt(
            lambda: provider.speak(utterance()),
            provider=provider.id,
            deadlines=Deadlines(first_audio_s=0.5, stall_s=0.5),
            breaker=Breaker(asyncio.get_running_loop().time),
            recall=Recall(""),
        )
        with pytest.raises(expected) as caught:
            [chunk async for chunk in speaking]
        await until(lambda: not emulator.behaviour.running)
        emulator.behaviour.always = Fault.NONE
        assert await hear(provider, utterance())
    shown = f"{caught.value} {caught.value!r} {caught.value.__cause__!r}"
    assert "fox" not in shown
    assert KEY not in shown
    assert not any(token in shown for token in emulator.tokens)


def test_no_fault_is_left_out() -> None:
    assert set(FAULTS) == {*BEFORE_AUDIO, *IN_THE_MIDDLE}


async def test_a_refusal_has_the_services_own_id_and_its_patience(
    emulator: Watson, tmp_path: Path
) -> None:
    emulator.behaviour.always, emulator.behaviour.retry_after = Fault.THROTTLED, 7.0
    error = await refusal(emulator, tmp_path)
    assert isinstance(error, Throttled)
    assert (error.request_id, error.retry_after) == (TRANSACTION, 7.0)


async def test_a_voice_that_is_gone_since_it_was_listed_is_refused(
    emulator: Watson, tmp_path: Path
) -> None:
    async with started(tmp_path, options_for(emulator)) as provider:
        emulator.voices.remove(VOICE)
        with pytest.raises(Refused, match="no longer has this voice"):
            await hear(provider, utterance())


@pytest.mark.parametrize(
    ("status", "said", "expected"),
    [
        (400, "You are over your allotted amount", QuotaExhausted),
        (429, "Quota exceeded for this month", QuotaExhausted),
        (402, "", QuotaExhausted),
        (400, "The text is longer than the limit of 5 KB", Refused),
        (429, "Rate limit reached", Throttled),
        (403, "Forbidden", Misconfigured),
        (404, "Not Found", Misconfigured),
        (302, "", Misconfigured),
        (406, "", BadOutput),
        (415, "", BadOutput),
        (413, "", Refused),
        (502, "", Unavailable),
    ],
)
def test_a_status_is_read_with_its_words(
    status: int, said: str, expected: type[ProviderError]
) -> None:
    assert type(ERRORS.error(status, said=said)) is expected


@pytest.mark.parametrize(
    "content_type",
    [
        "audio/l16;rate=24000;endianness=big-endian",
        "audio/l16; rate=22050",
        "audio/l16;rate=24000;channels=2",
        "audio/mpeg",
        "text/html",
    ],
)
async def test_audio_that_would_be_noise_is_bad_output(
    emulator: Watson, tmp_path: Path, content_type: str
) -> None:
    emulator.content_type = content_type
    assert isinstance(await refusal(emulator, tmp_path), BadOutput)


async def test_samples_as_asked_for_are_taken(emulator: Watson, tmp_path: Path) -> None:
    emulator.content_type = 'audio/L16; rate="24000"; channels=1; endianness=little-endian'
    async with started(tmp_path, options_for(emulator)) as provider:
        assert await hear(provider, utterance())


async def test_a_token_that_ran_out_before_its_time_is_exchanged(
    emulator: Watson, tmp_path: Path
) -> None:
    async with started(tmp_path, options_for(emulator)) as provider:
        await hear(provider, utterance())
        emulator.tokens.clear()
        heard = await asyncio.gather(*(hear(provider, utterance()) for _ in range(5)))
    assert heard == [spoken(TEXT, SAMPLE_RATE)] * 5
    assert emulator.exchanges == 2


async def test_a_token_that_was_never_good_is_not_exchanged_again(
    emulator: Watson, tmp_path: Path
) -> None:
    async with started(tmp_path, options_for(emulator)) as provider:
        emulator.barred = True
        for _ in range(3):
            with pytest.raises(Misconfigured, match="IBM_WATSON_URL"):
                await hear(provider, utterance())
    assert emulator.exchanges == 2  # the first one had been good


async def test_twenty_at_once_share_one_token(emulator: Watson, tmp_path: Path) -> None:
    async with started(tmp_path, options_for(emulator)) as provider:
        heard = await asyncio.gather(*(hear(provider, utterance()) for _ in range(20)))
    assert set(heard) == {spoken(TEXT, SAMPLE_RATE)}
    assert emulator.exchanges == 1


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.STALL])
async def test_leaving_is_seen_by_the_service(
    emulator: Watson, tmp_path: Path, fault: Fault
) -> None:
    async with started(tmp_path, options_for(emulator)) as provider:
        await hear(provider, utterance())
        emulator.behaviour.always = fault
        listening = asyncio.create_task(hear(provider, utterance()))
        await until(lambda: len(emulator.behaviour.synthesized) == 2)  # all of it has arrived
        listening.cancel()
        await asyncio.wait([listening])
        await until(lambda: emulator.behaviour.cancelled)
    assert listening.cancelled()
    assert emulator.behaviour.running == 0
