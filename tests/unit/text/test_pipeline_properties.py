"""What holds of any mixture of notations on its way to an engine: cleaned, cut, in words or as written."""

from __future__ import annotations

import re
import sys
from itertools import pairwise
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyvox.domain.capabilities import TextForm, TextLimit
from polyvox.text.clean import written
from polyvox.text.segment import cut
from polyvox.text.spoken import Segment
from polyvox.text.stretches import stretches
from polyvox.text.verbalize import atoms, verbalize

ROOM = TextLimit(characters=400)
LANGUAGES = st.sampled_from(["en-US", "de", "hu", "tlh"])
"""Two with rules, one with numbers only, one that nobody knows."""
PIECES = st.sampled_from(
    [
        *("word", "Two", "Ärger", "слово", "it's", "R2-D2", "Dr. Lee", "5", "1,000", "$3.50", "5–10 km", "8:00"),
        *("**bold two**", "*it*", "**half", "half**", "_one two_", "~~gone~~", "==high==", "`code`", "`snake_case`"),
        *("snake_case", "5 * 3", "2*3*4", "x_1", "a_b@example.org", "**kwargs", "`", "*", "_", "~"),
        *("<b>big</b>", "<voice>", "<br>", "<your name>", "<answer>yes</answer>", "<think>no</think>", "<|im_end|>"),
        *("[INST]", "</s>", "<tool_call>{}</tool_call>", "<|im_", "$x^2$", "$\\frac{1}{2}$", "\\(a \\leq b\\)", "\\boxed{4}"),
        *("[laughs]", "(whispers)", "[pause 1s]", '<break time="1s"/>', "[1]", "【4†source】", "🎉", "→", "...", "—"),
        *("[link](https://example.com/a_b)", "https://example.com/a_b", "| a | b |", "- item", "# Head", "> quote", "1. one"),
    ]
)  # fmt: skip
MARKS = st.sampled_from(["", "", ".", "?", "!", ","])
TEXTS = st.lists(
    st.tuples(PIECES, MARKS, st.sampled_from([" ", " ", "\n", "\n\n"])), min_size=1, max_size=9
).map(lambda parts: "".join(map("".join, parts)))
UNREADABLE = re.compile(
    r"[*_`]|</?[^\W\d][^<>]*>|<\||\|>|\$[^$\n]*[\\^{}][^$\n]*\$|\[/?INST\]|\\(?:frac|leq|boxed)"
)
settled = settings(max_examples=300, deadline=None, derandomize=True)


def segments(source: str, language: str) -> list[Segment]:
    return cut(written(source, language), language, ROOM, spoken_limit=ROOM)


def said(segment: Segment, form: TextForm) -> list[str]:
    """Both ways in which an engine may be given the segment."""
    parts = segment.parts(form)
    told = " ".join(part for part in parts if isinstance(part, str))
    return [segment.in_form(form), *([told] if parts else [])]


def bare(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@settled
@given(TEXTS, LANGUAGES)
def test_an_engine_that_wants_words_gets_no_marks(source: str, language: str) -> None:
    for segment in segments(source, language):
        for text in said(segment, TextForm.VERBALIZED):
            assert not UNREADABLE.search(text), text


@settled
@given(TEXTS, LANGUAGES)
def test_one_that_reads_itself_gets_marks_only_as_they_were_written(
    source: str, language: str
) -> None:
    """An operand's sign, part of a name, or a mention: the token stands in the input as it is."""
    for segment in segments(source, language):
        for text in said(segment, TextForm.WRITTEN):
            for token in re.findall(r"\S*[*_`]\S*", text):
                assert token.strip(".,;:!?()\"'") in source
            assert not re.search(r"<\||\|>|\[/?INST\]|\\(?:frac|leq|boxed)|</?(?:b|answer|think)>", text)  # fmt: skip


@settled
@given(TEXTS, LANGUAGES)
def test_cutting_loses_no_letter_and_no_digit(source: str, language: str) -> None:
    clean = written(source, language).text
    pieces = segments(source, language)
    assert bare("".join(piece.text for piece in pieces)) == bare(clean)
    for piece in pieces:
        for text in said(piece, TextForm.WRITTEN):
            assert bare(text) == bare(piece.text)
        words = [bare(text) for text in said(piece, TextForm.VERBALIZED)]
        assert len(set(words)) == 1, "the parts say what the whole says"


@settled
@given(TEXTS, LANGUAGES)
def test_every_written_letter_belongs_to_a_spoken_word(source: str, language: str) -> None:
    for segment in segments(source, language):
        words = list(segment.verbalized.words())
        assert all(a.start <= b.start for a, b in pairwise(words))
        covered = {at for word in words for at in range(word.start, word.end)}
        assert [c for at, c in enumerate(segment.text) if c.isalnum() and at not in covered] == []


def steps(text: str) -> int:
    """Lines of Python that run while clean ``text`` is cut and put into words."""
    for remembers in (atoms, verbalize, stretches):
        remembers.cache_clear()
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return counted

    before = sys.gettrace()
    sys.settrace(counted)
    try:
        for segment in segments(text, "en-US"):
            said(segment, TextForm.VERBALIZED)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "part",
    [
        *("A short sentence. ", "word ", "5 ", "12", "1,234,", "$5-", "a\n", "1. a\n", "A. ", "Dr. ", "e.g. ", "1/2 "),
        *("... ", "— ", "x<", "10⁻³ ", "a.b", "www.a.b/ ", "+1 (5", "W-w ", "世界。", "[pause 1s] a ", "[sad] a. "),
    ],
)  # fmt: skip
def test_twice_the_text_takes_twice_the_steps(part: str) -> None:
    steps(part)  # numbers in words are remembered
    half, whole = (steps((part * (n // len(part) + 1))[:n]) for n in (4_000, 8_000))
    assert whole <= 2.3 * half + 2_000
