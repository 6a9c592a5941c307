"""Who carries a style from segment to segment is told what the reply said before; nobody else is."""

from __future__ import annotations

from polyvox_faulty.faults import Fault
from polyvox_faulty.written import heard

from polyvox.domain.capabilities import TextLimit
from tests.support.router import bench
from tests.support.virtual_time import run

SENTENCES = (
    "The first sentence is short.",
    "The second one goes on for a little longer than that.",
    "Then comes a third sentence to be spoken.",
)
TEXT = " ".join(SENTENCES)
EARLIER = [SENTENCES[:count] for count in range(3)]


def test_each_segment_comes_with_the_texts_before_it() -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.provider("fault_a").carries_style = True
            assert heard(await b.say(TEXT))[0] == list(SENTENCES)
            assert b.provider("fault_a").told == EARLIER

    run(scenario())


def test_a_provider_that_carries_nothing_is_told_nothing() -> None:
    async def scenario() -> None:
        async with bench() as b:
            await b.say(TEXT)
            assert b.provider("fault_a").told == [(), (), ()]

    run(scenario())


def test_who_takes_over_is_told_what_others_have_spoken() -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.provider("fault_b").carries_style = True
            b.script(fault_a=[Fault.NONE, Fault.CUT])
            assert heard(await b.say(TEXT))[0] == list(SENTENCES)
            assert b.provider("fault_a").told == [(), ()]
            assert b.provider("fault_b").told == EARLIER[1:]

    run(scenario())


def test_the_texts_are_the_segments_as_they_were_cut() -> None:
    async def scenario() -> None:
        async with bench() as b:
            carrying = b.provider("fault_a")
            carrying.carries_style, carrying.limit = True, TextLimit(characters=20)
            spoken = heard(await b.say(TEXT))[0]
            assert len(spoken) > len(SENTENCES)
            assert carrying.told == [tuple(spoken[:count]) for count in range(len(spoken))]

    run(scenario())


def test_stored_audio_is_played_only_after_the_same_texts() -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.provider("fault_a").carries_style = True
            for text in (TEXT, TEXT, " ".join(SENTENCES[1:]), SENTENCES[0]):
                await b.say(text)
            assert [report.cached for report in b.reports] == [False, True, False, True]
            assert b.provider("fault_a").told == [*EARLIER, (), SENTENCES[1:2]]

    run(scenario())
