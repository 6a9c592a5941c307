"""Text cut into pieces that a provider's limit has room for."""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Final

from polyvox.domain.capabilities import TextLimit
from polyvox.text.punctuation import clause_ends
from polyvox.text.stretches import Stretches

_LEAST_CLAUSE: Final = 1 / 3
"""A clause that fills less of the room than this is no better place to cut than a word."""

_NONE: Final = Stretches((), ())
_JOINERS: Final = "\u200c\u200d"
_BEFORE_ITS_CONSONANT: Final = "เแโใไເແໂໃໄ"
_AFTER_ITS_CONSONANT: Final = "ะาำๅๆະາຳ"
_VIRAMA: Final = 9
"""Canonical combining class of the sign that binds a consonant to the next."""


def fits(text: str, limit: TextLimit) -> bool:
    if limit.characters is not None and len(text) > limit.characters:
        return False
    return limit.bytes is None or len(text.encode(errors="surrogatepass")) <= limit.bytes


def pieces_within(text: str, limit: TextLimit, whole: Stretches = _NONE) -> list[str]:
    """Consecutive slices of ``text``; each is within ``limit`` once stripped of white space.

    Stretches of ``whole`` are cut only where one alone is more than the limit. Raises ValueError when
    one code point is more than the limit.
    """
    if fits(text.strip(), limit):
        return [text]
    cuts = _Cuts(text, limit, whole)
    pieces, start = [], 0
    while start < len(text.rstrip()):
        end = cuts.after(start)
        pieces.append(text[start:end])
        start = end
    return pieces


class _Cuts:
    """Where one text may be cut, from good places to bad ones."""

    def __init__(self, text: str, limit: TextLimit, whole: Stretches) -> None:
        self._text = text
        self._limit = limit
        self._stop = len(text.rstrip())
        self._offsets = list(accumulate(map(_utf8_length, text), initial=0))
        self._clauses = whole.outside(clause_ends(text))
        words = [i for i in range(1, self._stop) if text[i].isspace() and not text[i - 1].isspace()]
        self._words = whole.outside(words)
        self._torn_stretches = words

    def after(self, start: int) -> int:
        """The end of the piece that begins at ``start``."""
        while self._text[start].isspace():
            start += 1
        reach = self._reach(start)
        if reach >= self._stop:
            return len(self._text)
        # Even pieces: a greedy cut would leave a last one of a word or two.
        rest, room = self._stop - start, reach - start
        goal = start + rest / math.ceil(rest / room)
        least = start + room * _LEAST_CLAUSE
        return (
            nearest(self._clauses, least, reach, goal)
            or nearest(self._words, start + 1, reach, goal)
            or nearest(self._torn_stretches, start + 1, reach, goal)
            or self._between_characters(start, int(goal), reach)
        )

    def _reach(self, start: int) -> int:
        """The furthest end within the limit."""
        reach = self._stop
        if self._limit.characters is not None:
            reach = min(reach, start + self._limit.characters)
        if self._limit.bytes is not None:
            most = self._offsets[start] + self._limit.bytes
            reach = min(reach, bisect_right(self._offsets, most) - 1)
        if reach <= start:
            raise ValueError("The text limit has no room for a single character")
        return reach

    def _between_characters(self, start: int, goal: int, reach: int) -> int:
        for torn in (_belong_together, _extends):
            for end in chain(range(max(goal, start + 1), start, -1), range(goal + 1, reach + 1)):
                if not torn(self._text[end - 1], self._text[end]):
                    return end
        return reach


def nearest(places: Sequence[int], least: float, most: int, goal: float) -> int | None:
    """The place in [least, most] nearest to ``goal``."""
    after = bisect_right(places, goal)
    around = [p for p in places[max(after - 1, 0) : after + 1] if least <= p <= most]
    return min(around, key=lambda place: abs(place - goal), default=None)


def _utf8_length(character: str) -> int:
    code = ord(character)
    return 1 + (code >= 0x80) + (code >= 0x800) + (code >= 0x10000)


def _extends(_: str, b: str) -> bool:
    """Whether ``b`` is only part of the character before it."""
    return b in _JOINERS or unicodedata.category(b) in ("Mn", "Mc", "Me", "Sk")


def _belong_together(a: str, b: str) -> bool:
    """Whether a cut between the two would tear a character, a conjunct, a number or a mark's word.

    A short form of Unicode's grapheme rules (UAX 29), with Thai and Lao vowels and, as East Asian
    typesetting does, closing marks kept with what they close.
    """
    first, second = unicodedata.category(a), unicodedata.category(b)
    return (
        _extends(a, b)
        or second in ("Pe", "Pf", "Po")
        or first in ("Ps", "Pi")
        or first == second == "Nd"
        or a == _JOINERS[-1]
        or unicodedata.combining(a) == _VIRAMA
        or a in _BEFORE_ITS_CONSONANT
        or b in _AFTER_ITS_CONSONANT
        or ("\u1100" <= a <= "\u11ff" and "\u1160" <= b <= "\u11ff")
        or ("\U0001f1e6" <= a <= "\U0001f1ff" and "\U0001f1e6" <= b <= "\U0001f1ff")
    )
