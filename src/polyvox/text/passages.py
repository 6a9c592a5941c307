"""A text taken apart by language, for those who leave the choice to the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from polyvox.domain.written import Written
from polyvox.text.clean import written
from polyvox.text.detect import language_of
from polyvox.text.segment import ends_of, sentences
from polyvox.text.spoken import stripped


@dataclass(frozen=True, slots=True)
class Passage:
    """Clean text in one language."""

    written: Written = field(repr=False)
    language: str


def passages(text: str, language: str, choices: Sequence[str] = ()) -> list[Passage]:
    """What to say of ``text``, in order. With several ``choices`` each sentence is in one of them, and
    those of one language that follow one another stay together; otherwise all is in ``language``,
    which is also that of a beginning that does not tell its own."""
    if len(choices) < 2:
        return [Passage(written(text, language), language)]
    usual = language_of(text, choices, language)
    clean = written(text, usual)
    return [
        Passage(stripped(clean.slice(start, end)), tag)
        for start, end, tag in _stretches(clean.text, usual, language, choices)
    ]


def _stretches(
    text: str, usual: str, language: str, choices: Sequence[str]
) -> list[tuple[int, int, str]]:
    """Start, end and language of each."""
    ends = ends_of(text, list(sentences(text, usual)))
    found: list[tuple[int, int, str]] = []
    for start, end in pairwise([0, *ends]):
        language = language_of(text[start:end], choices, language)
        found.append((start, end, language))
    runs = (list(run) for _, run in groupby(found, key=lambda each: each[2]))
    return [(run[0][0], run[-1][1], run[0][2]) for run in runs]
