"""What holds of every text that is cleaned: no markup is left, no word is lost, and twice is once.

Work is counted in lines of Python that run, which is the same on every machine and shows a loop that
goes over the text again and again; that no regular expression does is shown by ``test_clean``'s
hostile texts, of which one that grew with the square would take minutes.
"""

from __future__ import annotations

import re
import sys
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyvox.text.clean import speakable, written

WORDS = st.sampled_from(
    ["one", "Two", "three", "Ärger", "vier", "слово", "5", "1,000", "it's", "R2-D2", "snake_case"]
)
OPENERS = [
    "*",
    "**",
    "***",
    "_",
    "__",
    "~~",
    "`",
    "==",
    "<b>",
    "<u>",
    '"',
    "(",
    "<voice>",
    "<answer>",
]
CLOSERS = [*OPENERS[:8], "</b>", "</u>", '"', ")", "</voice>", "</answer>"]
MARKS = st.sampled_from(["", "", ".", "?", "!", ",", ":", "..."])
ADDED = [
    "[laughs]",
    "[pause 1s]",
    "<break/>",
    "🎉",
    "<|im_end|>",
    "【4†source】",
    "<think>x</think>",
]

HOSTILE = [
    *(
        "[",
        "![",
        "](",
        "*a ",
        "**a",
        "* a *b ",
        "`",
        "`a` ",
        "``a` ",
        "_a",
        "~~",
        "==a",
        "++a",
        "\\",
    ),
    *("<", "<a ", "<b>", "<b>a</b>", "<think>", "</think>", "a <think> b ", "<think>a</think>"),
    *(
        "<|",
        "<|channel|>analysis",
        "[TOOL_CALLS]",
        "<function=a>",
        "<x_y>",
        "<break/>",
        "[pause 1s]",
    ),
    *("<sub alias='a'>", "<say-as>", "<speak>", "<p>a</p>", "<voice>", "[sad]", "(sad) ", "<sigh>"),
    *(
        "$",
        "$a$",
        "$$",
        "\\(",
        "\\[",
        "\\frac{",
        "\\frac{a}{b}",
        "\\begin{align}",
        "{",
        "}",
        "\\sum_",
    ),
    *(
        "[1]",
        "[1] ",
        "【4†",
        "a\n",
        "- a\n",
        "• a\n",
        "> [!NOTE]\n",
        "| a ",
        "\\n",
        "---\n",
        "```\n",
    ),
    *(
        "a.com/",
        "file://",
        "http://a",
        "deadbeef0",
        "①",
        "ᴀ",
        "ᵃ",
        "I ❤️ ",
        "word ",
        "*a* A",
        "&lt;",
    ),
]


def spans(words: list[str], opener: str, closer: str, mark: str) -> str:
    return f"{opener}{' '.join(words)}{closer}{mark}"


PASSAGES = st.lists(
    st.builds(
        spans,
        st.lists(WORDS, min_size=1, max_size=4),
        st.sampled_from(["", *OPENERS]),
        st.sampled_from(["", *CLOSERS]),
        MARKS,
    ),
    min_size=1,
    max_size=6,
)
TEXTS = st.builds(
    lambda parts, glue: glue.join(parts), PASSAGES, st.sampled_from([" ", "\n", "\n\n"])
)


def bare(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(TEXTS.filter(lambda source: "`" not in source))  # what code quotes stays
def test_no_delimiter_of_a_pair_or_half_is_left(source: str) -> None:
    said = speakable(source, "en")
    assert not re.search(r"\*|`|~~|(?<!\w)_|_(?!\w)|==|</?(?:b|u|answer)>", said)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(TEXTS)
def test_every_letter_and_digit_is_said(source: str) -> None:
    shown = re.sub(r"</?(?:b|u|voice|answer)>", "", source)
    said = re.sub(r"</?(?:b|u|voice|answer)>", "", speakable(source, "en"))
    assert bare(said) == bare(shown)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(PASSAGES, st.lists(st.sampled_from(ADDED), min_size=1, max_size=4), st.randoms())
def test_what_is_silent_changes_no_word(passages: list[str], added: list[str], random: Any) -> None:
    plain = [re.sub(r"[*_~`=<>]|</?\w+>", "", passage) for passage in passages]
    mixed = list(plain)
    for addition in added:
        mixed.insert(random.randint(0, len(mixed)), addition)
    said = speakable(" ".join(mixed), "en")
    assert bare(said) == bare(speakable(" ".join(plain), "en"))
    assert not re.search(r"<\||\[\w+|think|†|🎉", said)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(TEXTS.filter(lambda source: "`" not in source))
def test_cleaning_twice_changes_nothing(source: str) -> None:
    once = speakable(source, "en")
    assert speakable(once, "en") == once


@pytest.mark.parametrize(
    "source",
    [
        r"A $\frac{\alpha}{\unknown{x}}$ b \(c^{2}\) d \[ e_{i} \] f $$g \quad h$$ \boxed{i} \textbf{j}",
        r"So \begin{align} a &= b \\ c &= \left( d \right) \end{align} and \frac12 \leq \sqrt[3]{8}",
    ],
)
@pytest.mark.parametrize("language", ["en", "de", "fr", "pl", "ja", "sw"])
def test_no_source_of_a_formula_is_left_in_any_language(source: str, language: str) -> None:
    assert not set(speakable(source, language)) & set("\\${}^&")


def steps(source: str) -> int:
    """Lines of Python that run while ``source`` is cleaned."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return counted

    before = sys.gettrace()
    sys.settrace(counted)
    try:
        written(source, "en")
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("part", HOSTILE)
def test_twice_the_text_takes_twice_the_steps(part: str) -> None:
    half, whole = (steps((part * (n // len(part) + 1))[:n]) for n in (1_000, 2_000))
    assert whole <= 2.3 * half + 500
