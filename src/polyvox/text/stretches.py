"""Stretches of a text that are read as one, and so are never cut."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from polyvox.text.lexicon import NO_LEXICON, Lexicon
from polyvox.text.verbalize import Atom, AtomKind, atoms

_DOTTED: Final = re.compile(r"(?<![\w.])(?:\w*+[#+]?\.{1,2}(?=[\w/])|\.{1,2}/)[^\s.]*")
"""A dot without a space behind it: EXAMPLE.ORG, .NET, ../up."""
_ITEM: Final = re.compile(r"^[ \t]*\d{1,3}[.)] \S", re.MULTILINE)
"""The number of a list's item is never parted from it."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """In order and apart from one another, as offsets into one text."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def holds(self, place: int) -> bool:
        """Whether a cut at ``place`` would go through a stretch."""
        at = bisect_left(self.starts, place) - 1
        return at >= 0 and place < self.ends[at]

    def end_of(self, place: int) -> int:
        """``place``, or the end of the stretch that it lies in."""
        at = bisect_left(self.starts, place) - 1
        return max(place, self.ends[at]) if at >= 0 else place

    def outside(self, places: Iterable[int]) -> list[int]:
        """Those of ``places`` where the text may be cut."""
        return [place for place in places if not self.holds(place)]


@lru_cache(maxsize=32)
def stretches(text: str, language: str, lexicon: Lexicon = NO_LEXICON) -> Stretches:
    """The atoms of ``text``, joined where they touch; an abbreviation that does not end its sentence
    with the space behind it, and so a word of ``lexicon``; and tokens with a dot inside."""
    spans = [found.span() for each in (_DOTTED, _ITEM) for found in each.finditer(text)]
    for atom in atoms(text, language, lexicon.find(text)):
        end = atom.end
        if _goes_on(atom, text[end - 1]):  # else it is left outside, and ends the sentence
            end += len(text[end:]) - len(text[end:].lstrip()) + 1
        spans.append((atom.start, end))
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(spans):
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return Stretches(tuple(starts), tuple(ends))


def _goes_on(atom: Atom, last: str) -> bool:
    """Whether a sentence goes on behind what looks like its end."""
    return last == "." or (atom.kind is AtomKind.LEXICON and last in "!?")
