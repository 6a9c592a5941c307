"""How far a style holds that was asked for by a tag: to the end of its sentence."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from polyvox.domain.written import Mark, Style, Written
from polyvox.text.characters import is_speakable
from polyvox.text.segment import sentence_ends


def settled(written: Written, language: str) -> Written:
    """``written`` with an end for every style; most texts have none."""
    if not any(_is_open(mark) for mark in written.marks):
        return written
    ends = sentence_ends(written.text, language)
    marks = (_ended(mark, written.text, ends) if _is_open(mark) else mark for mark in written.marks)
    return Written(written.text, tuple(marks))


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
