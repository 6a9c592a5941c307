"""A thousand random fault schedules: no lost word while a healthy candidate remains, no hang, no
wrong report, no leaked task."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polyvox_faulty.faults import BEFORE_AUDIO, Fault
from polyvox_faulty.written import heard

from polyvox.domain.speech import Outcome, SpeechReport
from polyvox.errors import Interrupted, NoVoiceLeft
from polyvox.routing.breaker import BreakerPolicy
from tests.support.router import CHAIN, PATIENT, Bench, bench
from tests.support.virtual_time import run

SENTENCES = [
    "One short line to begin with.",
    "Two follows it with a few more words.",
    "Three stands in the middle of it all.",
    "Four brings the story to its end.",
]
PROVIDERS = ("fault_a", "fault_b", "fault_c")
scripts = st.lists(st.sampled_from(sorted(Fault)), max_size=8)
schedules = st.fixed_dictionaries(dict.fromkeys(PROVIDERS, scripts))
policies = st.sampled_from([PATIENT, BreakerPolicy(failures=2, rest_s=4.0)])


@settings(
    max_examples=1000,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(schedule=schedules, sentences=st.integers(1, 4), policy=policies, patient=st.booleans())
def test_no_schedule_loses_a_word(
    schedule: dict[str, list[Fault]], sentences: int, policy: BreakerPolicy, patient: bool
) -> None:
    async def scenario() -> None:
        async with bench(policy=policy) as b:
            b.script(**schedule)
            asked = SENTENCES[:sentences]
            pcm, broke_off = await listen(b, " ".join(asked), patient=patient)
            [report] = b.reports
            check_audio(asked, pcm, broke_off)
            check_report(report, schedule, broke_off, healthy_to_the_end(b, schedule))
            assert b.running == 0

    run(scenario(), most_s=300)


async def listen(b: Bench, text: str, *, patient: bool) -> tuple[bytes, bool]:
    """What was heard, and whether the reply broke off."""
    got: list[bytes] = []
    try:
        async with await b.service.speak(b.request(text, CHAIN)) as speech:
            if patient:
                return await speech.read(), False
            async for chunk in speech:
                got.append(chunk.pcm)
    except (NoVoiceLeft, Interrupted):
        return b"".join(got), True
    return b"".join(got), False


def check_audio(asked: list[str], pcm: bytes, broke_off: bool) -> None:
    whole, broken = heard(pcm)
    assert whole == asked[: len(whole)], "sentences in order, none twice, none left out"
    if not broke_off:
        assert whole == asked
    assert all(any(sentence.startswith(part) for sentence in asked) for part in broken)


def healthy_to_the_end(b: Bench, schedule: dict[str, list[Fault]]) -> bool:
    """Some provider never had a fault to give."""
    return any(not any(f is not Fault.NONE for f in schedule[name]) for name in PROVIDERS)


def check_report(
    report: SpeechReport, schedule: dict[str, list[Fault]], broke_off: bool, healthy: bool
) -> None:
    assert not (broke_off and healthy), "a healthy candidate was left"
    calls = {name: iter([*schedule[name], *[Fault.NONE] * 40]) for name in PROVIDERS}
    for segment in report.segments:
        for entry in segment.attempts:
            if entry.error == "unavailable" and "resting" in str(entry.message):
                continue  # refused by the breaker between plan and attempt: no call was made
            if entry.outcome is Outcome.CANCELLED:
                continue
            fault = next(calls[entry.provider])
            if fault is Fault.NONE or spoke_before(fault, segment.characters, entry.audio_ms):
                assert entry.outcome is Outcome.OK
            elif fault in BEFORE_AUDIO:
                assert entry.outcome is Outcome.FAILED
            else:
                assert entry.outcome is Outcome.INTERRUPTED
    if broke_off:
        assert report.outcome in (Outcome.FAILED, Outcome.INTERRUPTED)
        assert report.error == "no_voice_left"
    else:
        assert report.outcome is Outcome.OK
        assert all(segment.spoken_by for segment in report.segments)


def spoke_before(fault: Fault, characters: int, audio_ms: float) -> bool:
    """A fault in the middle does not show in a segment of two words or fewer."""
    return fault not in BEFORE_AUDIO and audio_ms * 24 >= characters + 2
