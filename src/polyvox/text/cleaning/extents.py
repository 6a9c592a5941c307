"""How far a mark holds: a style that was asked for by a tag to the end of its sentence, an action with the
punctuation behind it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from polyvox.domain.written import Action, Mark, Style, Written
from polyvox.text.characters import is_speakable
from polyvox.text.segment import sentence_ends

_CLOSING: Final = ".!?…,;:。！？，"


def settled(written: Written, language: str) -> Written:
    """``written`` with an end for every style and action; most texts have none."""
    text = written.text
    ends = sentence_ends(text, language) if any(map(_is_open, written.marks)) else []

    def settle(mark: Mark) -> Mark:
        if isinstance(mark.what, Action):
            return _with_punctuation(mark, text)
        return _ended(mark, text, ends) if _is_open(mark) else mark

    return Written(text, tuple(map(settle, written.marks)))


def _with_punctuation(mark: Mark, text: str) -> Mark:
    end = mark.at if mark.end is None else mark.end
    while end < len(text) and text[end] in _CLOSING and not text[end - 1].isspace():
        end += 1
    return replace(mark, end=end)


def _is_open(mark: Mark) -> bool:
    return mark.end is None and isinstance(mark.what, Style)


def _ended(mark: Mark, text: str, ends: Sequence[int]) -> Mark:
    """Held to the end of the first sentence of its line that says something behind it, if one does."""
    line = text.find("\n", mark.at)
    last = len(text) if line < 0 else line
    for end in (*ends[bisect_right(ends, mark.at) :], last):
        reached = text[mark.at : min(end, last)]
        if is_speakable(reached):
            return replace(mark, end=mark.at + len(reached.rstrip()))
        if end >= last:
            break
    return replace(mark, end=mark.at)
