"""Where a segment pauses, and what is said between, in both forms."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyvox.domain.capabilities import TextForm, TextLimit
from polyvox.domain.written import Mark, Part, Pause, Written
from polyvox.text.parts import DASH, ELLIPSIS, LINE
from polyvox.text.segment import cut
from polyvox.text.spoken import Segment

WRITTEN, WORDS = TextForm.WRITTEN, TextForm.VERBALIZED
COMMA_MS = 290
"""Of Piper's bundled voice."""


def parts(text: str, *marks: Mark, form: TextForm = WRITTEN) -> tuple[Part, ...]:
    return Segment(Written(text, marks), "en").parts(form)


def test_an_ellipsis_is_longer_than_a_comma_and_a_dash_as_long() -> None:
    assert ELLIPSIS.ms > COMMA_MS
    assert DASH.ms >= COMMA_MS


@pytest.mark.parametrize("mark", ["...", "…", "....", " ...", "……"])
def test_an_ellipsis_parts(mark: str) -> None:
    said = ("I am not sure,", ELLIPSIS, "maybe we should go.")
    assert parts(f"I am not sure{mark} maybe we should go.") == said


def test_an_ellipsis_keeps_quotes_and_questions_and_may_end_a_sentence() -> None:
    assert parts('"Not sure…" she said.') == ('"Not sure,"', ELLIPSIS, "she said.")
    assert parts("Really...? Yes.") == ("Really?", ELLIPSIS, "Yes.")
    assert parts("Hmm... Okay then.") == ("Hmm.", ELLIPSIS, "Okay then.")
    assert parts("Who knows...") == ("Who knows.", ELLIPSIS)


@pytest.mark.parametrize("dash", ["—", " — ", "--", " -- ", " – ", " - "])
def test_a_dash_between_words_parts(dash: str) -> None:
    assert parts(f"Wait{dash}what did you say?") == ("Wait,", DASH, "what did you say?")


@pytest.mark.parametrize(
    "text",
    ["5–10 km of it", "7 - 2 is five", "8:00—9:00", "a well-known man", "— Hello.", "...and then"],
)
def test_numbers_and_beginnings_have_no_pause(text: str) -> None:
    assert parts(text) == ()


def test_the_end_of_a_line_parts() -> None:
    assert parts("Example Store\nHigh Street") == ("Example Store.", LINE, "High Street")
    assert parts("Yes.\nI will come.") == ("Yes.", LINE, "I will come.")


def test_what_was_asked_for_is_exact_and_takes_in_what_stands_there_anyway() -> None:
    assert parts("Hello there.", Mark(6, Pause(700))) == ("Hello", Pause(700), "there.")
    assert parts("Wait... go.", Mark(8, Pause(900))) == ("Wait,", Pause(900), "go.")


def test_both_forms_have_the_same_pauses() -> None:
    text = "It was $5... at 8:00—or 9:00—on 5–10 km."
    spoken = parts(text, form=WORDS)
    assert [p for p in spoken if isinstance(p, Pause)] == [ELLIPSIS, DASH, DASH]
    assert spoken[0] == "It was five dollars,"
    assert parts(text)[0] == "It was $5,"
    assert not any(c.isdigit() for p in spoken if isinstance(p, str) for c in p)


def test_a_pause_asked_for_in_an_amount_comes_after_it() -> None:
    said = parts("It is 5 May 2024 today.", Mark(8, Pause(500)), form=WORDS)
    assert [isinstance(part, Pause) for part in said] == [False, True, False]
    assert said[2] == "today."


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from([*"ab 5.…—-\"'$:\n,!", "...", " — ", "--"]), max_size=40).map("".join),
    st.lists(st.integers(0, 60), max_size=3),
)
def test_no_letter_or_digit_is_lost(text: str, places: list[int]) -> None:
    marks = tuple(Mark(min(at, len(text)), Pause(400)) for at in sorted(places))
    segment = Segment(Written(text, marks), "en")
    said = segment.parts(WRITTEN)
    if said:
        told = "".join(part for part in said if isinstance(part, str))
        assert [c for c in told if c.isalnum()] == [c for c in text if c.isalnum()]
        assert isinstance(said[0], str)
    spoken = segment.parts(WORDS)
    if spoken:
        told = "".join(part for part in spoken if isinstance(part, str))
        words = segment.verbalized.text
        assert [c for c in told if c.isalnum()] == [c for c in words if c.isalnum()]


def test_the_end_of_a_line_is_a_pause_where_segments_meet_there_too() -> None:
    text = Written("First comes a line that is quite long.\nThen the second one follows.\nIt ends.")
    segments = cut(text, "en", TextLimit(characters=45))
    said = [part for segment in segments for part in segment.parts(TextForm.WRITTEN)]
    assert len(segments) > 1
    assert said.count(LINE) == 2
    assert said[-1] == "It ends." or not isinstance(said[-1], Pause)
