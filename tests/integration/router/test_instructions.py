"""A request's instructions reach who takes them, and stand in nobody's way; the report says which."""

from __future__ import annotations

import pytest
from polyvox_faulty.faults import Fault
from polyvox_faulty.written import heard

from polyvox.domain.speech import MAX_INSTRUCTIONS, SpeechReport
from polyvox.errors import TextTooLong
from tests.support.router import bench
from tests.support.virtual_time import run

TEXT = "The first sentence is short. Then comes another one to be spoken."
CALM = "Calm and slow."


def uses(report: SpeechReport) -> list[tuple[str, str | None]]:
    return [(a.provider, a.instructions) for s in report.segments for a in s.attempts]


def test_who_takes_them_is_told_for_every_segment() -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.provider("fault_a").takes_instructions = True
            await b.say(TEXT, instructions=CALM)
            assert b.provider("fault_a").instructed == [CALM, CALM]
            assert uses(b.reports[0]) == [("fault_a", "sent")] * 2
            assert CALM not in b.reports[0].model_dump_json()

    run(scenario())


def test_who_takes_none_speaks_all_the_same_and_is_told_nothing() -> None:
    async def scenario() -> None:
        async with bench() as b:
            assert len(heard(await b.say(TEXT, instructions=CALM))[0]) == 2
            assert b.provider("fault_a").instructed == [None, None]
            assert uses(b.reports[0]) == [("fault_a", "ignored")] * 2
            assert b.reports[0].out == []

    run(scenario())


def test_each_attempt_of_a_mixed_chain_says_what_became_of_them() -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.provider("fault_a").takes_instructions = True
            b.script(fault_a=[Fault.NONE, Fault.CUT])
            await b.say(TEXT, instructions=CALM)
            assert uses(b.reports[0]) == [
                ("fault_a", "sent"),
                ("fault_a", "sent"),
                ("fault_b", "ignored"),
            ]

    run(scenario())


@pytest.mark.parametrize("blank", [None, "", " \n"])
def test_without_any_the_report_does_not_speak_of_them(blank: str | None) -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.provider("fault_a").takes_instructions = True
            await b.say(TEXT, instructions=blank)
            assert b.provider("fault_a").instructed == [None, None]
            assert "instructions" not in b.reports[0].model_dump_json()

    run(scenario())


def test_audio_made_as_told_is_replayed_only_to_who_tells_the_same() -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.provider("fault_a").takes_instructions = True
            for instructions in (CALM, CALM, "Merry.", None, None):
                await b.say(TEXT, instructions=instructions)
            assert [r.cached for r in b.reports] == [False, True, False, False, True]
            assert uses(b.reports[1]) == [("fault_a", "sent")] * 2

    run(scenario())


def test_who_takes_none_is_not_asked_again_for_other_instructions() -> None:
    async def scenario() -> None:
        async with bench() as b:
            for instructions in (CALM, "Merry.", None):
                await b.say(TEXT, instructions=instructions)
            assert [r.cached for r in b.reports] == [False, True, True]

    run(scenario())


def test_they_have_a_limit_and_are_not_quoted() -> None:
    async def scenario() -> None:
        async with bench() as b:
            longest = "x" * MAX_INSTRUCTIONS
            await b.say(TEXT, instructions=longest)
            with pytest.raises(TextTooLong, match=f"limit is {MAX_INSTRUCTIONS}") as caught:
                await b.say(TEXT, instructions=f"{longest}x")
            assert caught.value.param == "instructions"
            assert "xx" not in str(caught.value)

    run(scenario())
