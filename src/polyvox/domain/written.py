"""Text that is ready to be spoken, with what was asked for between its words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

MAX_PAUSE_MS: Final = 10_000
"""A longer pause that a text asks for is cut to this: a caller would think the line dead."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause of ``ms`` milliseconds."""

    ms: int

    def __post_init__(self) -> None:
        if not 0 <= self.ms <= MAX_PAUSE_MS:
            raise ValueError(f"A pause has 0 to {MAX_PAUSE_MS} ms")


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """A word of a lexicon: as it is ``written``, as it is ``spoken`` in letters, and in IPA where known."""

    written: str = field(repr=False)
    spoken: str = field(repr=False)
    ipa: str | None = field(default=None, repr=False)


Part = str | Pause | Pronunciation
"""Of a segment; see ``provider.base.Utterance``."""


@dataclass(frozen=True, slots=True)
class Style:
    """A way to speak, by a word of the neutral vocabulary; it holds to the end of its sentence."""

    name: str


@dataclass(frozen=True, slots=True)
class Mark:
    """``what`` stands before the character at offset ``at``."""

    at: int
    what: Pause | Style


@dataclass(frozen=True, slots=True)
class Written:
    """Clean text, one line per paragraph, item or row, and its marks in order.

    A reader that knows no marks needs ``text`` alone: where a mark parts words, a space does, too.
    """

    text: str
    marks: tuple[Mark, ...] = ()

    def slice(self, start: int, end: int) -> Written:
        """The text of [start, end) with the marks inside it; one at ``end`` belongs there only
        where the text ends, too, so that consecutive slices hold each mark once."""
        last = end >= len(self.text)
        inside = (m for m in self.marks if start <= m.at and (m.at < end or last))
        moved = tuple(replace(mark, at=mark.at - start) for mark in inside)
        return Written(self.text[start:end], moved)
