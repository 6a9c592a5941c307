"""Text that is ready to be spoken, with what was asked for between its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
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


NEUTRAL: Final = "neutral"
"""The name of the style that a personality speaks in by itself."""


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """A word of a lexicon: as it is ``written``, as it is ``spoken`` in letters, and in IPA where known."""

    written: str = field(repr=False)
    spoken: str = field(repr=False)
    ipa: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Style:
    """A way to speak: in a text by a word of the neutral vocabulary, to a provider by its own name for it.

    NEUTRAL among the parts of an utterance ends the style before it.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Action:
    """Something that is done, not said, as role play has it between stars."""


Part = str | Pause | Style | Pronunciation
"""Of a segment; see ``provider.base.Utterance``."""


@dataclass(frozen=True, slots=True)
class Mark:
    """``what`` stands before the character at offset ``at``; a Style or an Action holds to before ``end``.

    A Style is asked for by its sentence or by an element around several. One whose ``end`` is ``at`` has
    nothing behind it that could be spoken so.
    """

    at: int
    what: Pause | Style | Action
    end: int | None = None

    def moved(self, by: int, length: int) -> Mark:
        """The mark ``by`` characters further, within a text of ``length``."""
        at = min(max(self.at + by, 0), length)
        return replace(self, at=at, end=self.end and min(max(self.end + by, at), length))


@dataclass(frozen=True, slots=True)
class Written:
    """Clean text, one line per paragraph, item or row, and its marks in order.

    A reader that knows no marks needs ``text`` alone: where a mark parts words, a space does, too.
    """

    text: str
    marks: tuple[Mark, ...] = ()

    def slice(self, start: int, end: int) -> Written:
        """The text of [start, end) with the marks inside it, and of those that hold over it the part
        inside. One at ``end`` belongs there only where the text ends, too, so that consecutive slices
        hold each place once."""
        return next(self.slices((start, end)))

    def slices(self, places: Sequence[int]) -> Iterator[Written]:
        """What stands between each two of ``places``, which grow; as ``slice``, in one go."""
        taken, held = 0, list[Mark]()
        for start, end in pairwise(places):
            held = [mark for mark in held if mark.end is not None and mark.end > start]
            while taken < len(self.marks) and (self.marks[taken].at < end or end >= len(self.text)):
                mark = self.marks[taken]
                if mark.at >= start or (mark.end is not None and mark.end > start):
                    held.append(mark)
                taken += 1
            inside = tuple(mark.moved(-start, end - start) for mark in held)
            yield Written(self.text[start:end], inside)
