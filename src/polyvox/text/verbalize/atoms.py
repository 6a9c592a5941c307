"""What verbalising finds in a text and what it makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_TOKEN: Final = re.compile(r"\S+")


class AtomKind(StrEnum):
    """What an atom is; a name of the table `tests/data/read_aloud`, too."""

    LEXICON = "lexicon"
    ADDRESS = "address"
    PHRASE = "phrase"
    TELEPHONE = "telephone"
    IDENTIFIER = "identifier"
    DATE = "date"
    YEAR = "year"
    TIME = "time"
    MONEY = "money"
    MEASURE = "measure"
    RANGE = "range"
    POWER = "power"
    EXPRESSION = "expression"
    OPERATOR = "operator"
    FRACTION = "fraction"
    ORDINAL = "ordinal"
    ROMAN = "roman"
    VERSION = "version"
    NUMBER = "number"
    NAME = "name"
    ABBREVIATION = "abbreviation"
    INTERJECTION = "interjection"
    SYMBOL = "symbol"


@dataclass(frozen=True, slots=True)
class Atom:
    """A stretch of the written text that is read as one, and may not be cut: ``text[start:end]``.

    ``spoken`` is the stretch itself where only its unity matters, as in an address.
    """

    start: int
    end: int
    kind: AtomKind
    spoken: str


@dataclass(frozen=True, slots=True)
class Piece:
    """``spoken`` stands for ``written[start:end]``; the two are equal outside atoms."""

    spoken: str
    start: int
    end: int
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A spoken token without white space, and the span of the written text it comes from."""

    spoken: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Verbalized:
    """Pieces that cover the whole written text, in order."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.spoken for piece in self.pieces)

    def words(self) -> Iterator[Word]:
        """Every spoken token; one out of an atom has the whole atom's span."""
        text, spans = self.text, _Spans(self.pieces)
        for token in _TOKEN.finditer(text):
            yield Word(token.group(), *spans.of(token.start(), token.end()))


class _Spans:
    """Written spans of ascending spoken spans."""

    def __init__(self, pieces: tuple[Piece, ...]) -> None:
        self._pieces = pieces
        self._index = 0
        self._begin = 0
        """Where the piece of the index begins in the spoken text."""

    def of(self, start: int, end: int) -> tuple[int, int]:
        self._move_to(start)
        written_start = self._written(start, at_end=False)
        self._move_to(end - 1)
        return written_start, self._written(end, at_end=True)

    def _move_to(self, position: int) -> None:
        while position >= self._begin + len(self._pieces[self._index].spoken):
            self._begin += len(self._pieces[self._index].spoken)
            self._index += 1

    def _written(self, position: int, *, at_end: bool) -> int:
        piece = self._pieces[self._index]
        if piece.verbatim:
            return piece.start + position - self._begin
        return piece.end if at_end else piece.start
