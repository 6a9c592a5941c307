"""How long a segment may be, for all who may be asked to speak it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

from polyvox.domain.capabilities import TextLimit
from polyvox.text.fit import fits, pieces_within
from polyvox.text.stretches import stretches
from polyvox.text.verbalize import verbalize

_MOST_WORDS: Final = 32
"""No sign has more letters in words than this: what is so much shorter than the limit needs no look."""


@dataclass(frozen=True, slots=True)
class Room:
    """``written`` bounds a text as it is, ``spoken`` the same text verbalised in ``language``."""

    language: str
    written: TextLimit
    spoken: TextLimit
    _fitting: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    def fits(self, text: str) -> bool:
        return fits(text, self.written) and self._fits_spoken(text)

    def pieces(self, text: str) -> list[str]:
        """Consecutive slices of ``text`` that fit once stripped. Raises ValueError when one code point
        does not."""
        bare = text.strip()
        if self.fits(bare):
            return [text]
        cut = pieces_within(text, self.written, stretches(text, self.language))
        return [piece for part in cut for piece in self._spoken_pieces(part)]

    def _spoken_pieces(self, text: str) -> list[str]:
        """What becomes longer in words than there is room for is cut in two until nothing does."""
        bare = text.strip()
        if self._fits_spoken(bare):
            return [text]
        if len(bare) < 2:
            raise ValueError("The text limit has no room for a single character")
        half = TextLimit(characters=math.ceil(len(bare) / 2))
        halves = pieces_within(text, half, stretches(text, self.language))
        return [piece for part in halves for piece in self._spoken_pieces(part)]

    def _fits_spoken(self, text: str) -> bool:
        if self.spoken == TextLimit() or fits(text * _MOST_WORDS, self.spoken):
            return True
        if text not in self._fitting:
            words = verbalize(text, self.language).text
            self._fitting[text] = fits(words, self.spoken)
        return self._fitting[text]
