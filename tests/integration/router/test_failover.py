"""Words are never lost while somebody can speak, and the report says who spoke them."""

from __future__ import annotations

import asyncio

import pytest
from polyvox_faulty.faults import BEFORE_AUDIO, Fault
from polyvox_faulty.written import heard

from polyvox.domain.speech import Attempt, Outcome, SpeechReport
from polyvox.errors import Interrupted, InvalidSetting, NoVoiceLeft, UnsupportedLanguage
from polyvox.routing.breaker import BreakerPolicy
from tests.support.router import CHAIN, Bench, bench
from tests.support.virtual_time import run

TEXT = (
    "The first sentence is short. The second one goes on for a little longer than that. "
    "Then comes a third sentence to be spoken. And the fourth is the last of all of them."
)
SENTENCES = [
    "The first sentence is short.",
    "The second one goes on for a little longer than that.",
    "Then comes a third sentence to be spoken.",
    "And the fourth is the last of all of them.",
]


def spoken(report: SpeechReport) -> list[str]:
    return [s.spoken_by.provider for s in report.segments if s.spoken_by]


def failures(report: SpeechReport) -> list[tuple[int, str, str | None]]:
    return [
        (segment.index, entry.provider, entry.error)
        for segment in report.segments
        for entry in segment.attempts
        if entry.outcome is not Outcome.OK
    ]


@pytest.mark.parametrize("fault", sorted(BEFORE_AUDIO))
def test_a_failure_before_the_first_audio_moves_on_and_stays_there(fault: Fault) -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.script(fault_a=[fault])
            whole, broken = heard(await b.say(TEXT))
            assert (whole, broken) == (SENTENCES, [])
            [report] = b.reports
            assert spoken(report) == ["fault_b"] * 4
            [(index, provider, code)] = failures(report)
            assert (index, provider) == (0, "fault_a")
            assert code == {
                "foreign": "crashed",
                "hang": "timed_out",
                "silence": "bad_output",
                "nothing": "bad_output",
                "quota": "quota_exhausted",
            }.get(fault, fault)
            assert len(b.provider("fault_a").calls) == 1, "no flipping back"

    run(scenario())


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.STALL, Fault.RATE])
def test_a_failure_in_the_middle_of_segment_2_is_spoken_again_from_its_beginning(
    fault: Fault,
) -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.script(fault_a=[Fault.NONE, fault])
            whole, broken = heard(await b.say(TEXT))
            assert whole == SENTENCES
            assert all(SENTENCES[1].startswith(part) for part in broken)
            [report] = b.reports
            assert spoken(report) == ["fault_a", "fault_b", "fault_b", "fault_b"]
            assert failures(report) == [(1, "fault_a", "interrupted")]
            assert report.outcome is Outcome.OK

    run(scenario())


def test_what_was_heard_of_an_interrupted_attempt_is_in_the_report() -> None:
    async def scenario() -> Attempt:
        async with bench() as b:
            b.script(fault_a=[Fault.STALL])
            whole, broken = heard(await b.say(SENTENCES[0]))
            assert (whole, broken) == ([SENTENCES[0]], ["The first"])
            return b.reports[0].segments[0].attempts[0]

    interrupted = run(scenario())
    assert interrupted.outcome is Outcome.INTERRUPTED
    assert interrupted.audio_ms > 0
    assert interrupted.heard_ms == pytest.approx(interrupted.audio_ms)
    assert interrupted.latency_ms == pytest.approx(2000, rel=0.01)


def test_whole_replies_leave_out_what_nobody_needs_to_hear() -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.script(fault_a=[Fault.CUT])
            request = b.request(TEXT)
            async with await b.service.speak(request) as speech:
                assert heard(await speech.read()) == (SENTENCES, [])

    run(scenario())


def test_when_all_fail_before_any_audio_every_cause_is_named() -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.script(
                fault_a=[Fault.HANG],
                fault_b=[Fault.UNAVAILABLE, Fault.UNAVAILABLE],
                fault_c=[Fault.SILENCE],
            )
            with pytest.raises(NoVoiceLeft) as caught:
                await b.say(TEXT)
            assert [getattr(e, "code", None) for e in caught.value.exceptions] == [
                "timed_out",
                "unavailable",
                "bad_output",
            ]
            assert caught.value.speech_id == b.reports[0].id
            assert "sentence" not in str(caught.value), "no user text in errors"
            assert b.reports[0].outcome is Outcome.FAILED

    run(scenario())


def test_a_passing_failure_is_retried_once_when_nobody_else_is_left() -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.script(fault_a=[Fault.UNAVAILABLE], fault_b=[Fault.HANG], fault_c=[Fault.REFUSED])
            assert heard(await b.say(SENTENCES[0])) == ([SENTENCES[0]], [])
            assert spoken(b.reports[0]) == ["fault_a"]

    run(scenario())


def test_broken_off_only_when_nobody_is_left_and_never_as_a_success() -> None:
    async def scenario() -> None:
        async with bench() as b:
            dead = [Fault.CUT] * 8
            b.script(fault_a=[Fault.NONE, *dead], fault_b=dead, fault_c=dead)
            got: list[bytes] = []

            async def listen() -> None:
                async with await b.service.speak(b.request(TEXT)) as speech:
                    async for chunk in speech:
                        got.append(chunk.pcm)

            with pytest.raises(Interrupted):
                await listen()
            assert heard(b"".join(got))[0] == SENTENCES[:1]
            [report] = b.reports
            assert (report.outcome, report.error) == (Outcome.INTERRUPTED, "no_voice_left")

    run(scenario())


def test_fallback_false_tries_only_the_first() -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.script(fault_a=[Fault.MISCONFIGURED])
            with pytest.raises(NoVoiceLeft):
                await b.say(TEXT, fallback=False)
            assert b.provider("fault_b").calls == []

    run(scenario())


def test_a_language_nobody_speaks_is_the_caller_s_error() -> None:
    async def scenario() -> None:
        async with bench() as b:
            with pytest.raises(UnsupportedLanguage, match="Nobody speaks 'fr'"):
                await b.say("Bonjour.", language="fr")

    run(scenario())


def test_a_speed_that_nobody_can_keep_is_the_caller_s_error() -> None:
    async def scenario() -> None:
        async with bench() as b:
            with pytest.raises(InvalidSetting, match=r"between 0\.5 and 2"):
                await b.say("Hello.", speed=4.0)

    run(scenario())


def test_nothing_to_say_is_a_short_silence_and_a_success() -> None:
    async def scenario() -> None:
        async with bench() as b:
            for text in ("…", "🎉🎉", "   ", "```\nprint(1)\n```"):
                pcm = await b.say(text)
                assert pcm
                assert not any(pcm)
            assert {r.outcome for r in b.reports} == {Outcome.OK}
            assert b.provider("fault_a").calls == []

    run(scenario())


def test_a_provider_resting_since_the_plan_is_passed_over() -> None:
    async def scenario() -> None:
        async with bench(policy=BreakerPolicy(failures=1, rest_s=60)) as b:
            b.script(fault_a=[Fault.CUT, Fault.CUT])
            await b.say(TEXT)
            await b.say(TEXT, cache=False)
            assert len(b.provider("fault_a").calls) == 1
            assert [(o.provider, o.code) for o in b.reports[1].out] == [("fault_a", "resting")]
            await asyncio.sleep(61)
            b.provider("fault_a").script = []
            await b.say(TEXT, cache=False)
            assert spoken(b.reports[2]) == ["fault_a"] * 4, "the next request was the probe"

    run(scenario())


def test_a_substitute_is_never_stored_under_the_first_choice_s_key() -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.script(fault_a=[Fault.UNAVAILABLE])
            await b.say(SENTENCES[0])
            await b.say(SENTENCES[0])
            assert [spoken(r) for r in b.reports] == [["fault_b"], ["fault_a"]]
            await b.say(SENTENCES[0])
            assert b.reports[2].cached
            assert spoken(b.reports[2]) == ["fault_a"]

    run(scenario())


def test_twenty_identical_requests_at_once_synthesize_once() -> None:
    async def scenario() -> None:
        async with bench() as b:
            replies = await asyncio.gather(*(b.say(TEXT) for _ in range(20)))
            assert {heard(pcm)[0] == SENTENCES for pcm in replies} == {True}
            assert len(b.provider("fault_a").calls) == 4

    run(scenario())


def test_leaving_early_stops_the_work() -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.script(fault_a=[Fault.NONE, Fault.STALL])
            async with await b.service.speak(b.request(TEXT)) as speech:
                async for _ in speech:
                    break
                await asyncio.sleep(0.5)
                assert b.running == 1
            assert b.running == 0
            assert b.reports[0].outcome is Outcome.CANCELLED

    run(scenario())


def test_only_one_segment_is_made_ahead_of_the_listener() -> None:
    async def scenario(b: Bench) -> None:
        async with await b.service.speak(b.request(TEXT)) as speech:
            await asyncio.sleep(1)
            assert len(b.provider("fault_a").calls) == 2
            async for _ in speech:
                pass
        assert len(b.provider("fault_a").calls) == 4

    async def whole() -> None:
        async with bench() as b:
            await scenario(b)

    run(whole())


def test_order_of_the_chain_is_the_personality_s() -> None:
    async def scenario() -> None:
        async with bench() as b:
            config = CHAIN.model_copy(update={"fallback_chain": ("fault_c", "fault_b")})
            b.script(fault_a=[Fault.REFUSED], fault_c=[Fault.REFUSED])
            await b.say(SENTENCES[0], config)
            assert b.reports[0].candidates == ["fault_a", "fault_c", "fault_b"]
            assert spoken(b.reports[0]) == ["fault_b"]

    run(scenario())
