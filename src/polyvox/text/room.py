"""How long a segment may be, for all who may be asked to speak it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from polyvox.domain.capabilities import TextLimit
from polyvox.text.fit import fits, pieces_within
from polyvox.text.lexicon import NO_LEXICON, Lexicon
from polyvox.text.stretches import Stretches, stretches
from polyvox.text.verbalize import verbalize


@dataclass(frozen=True, slots=True)
class Room:
    """``written`` bounds a text as it is, ``spoken`` the same text verbalised in ``language``; in both
    the words of ``lexicon`` are as they are spoken."""

    language: str
    written: TextLimit
    spoken: TextLimit
    lexicon: Lexicon = NO_LEXICON

    def fits(self, text: str) -> bool:
        return fits(self.lexicon.respelled(text), self.written) and self._fits_spoken(text)

    def stretches(self, text: str) -> Stretches:
        """What of ``text`` may not be cut."""
        return stretches(text, self.language, self.lexicon)

    def pieces(self, text: str) -> list[str]:
        """Consecutive slices of ``text`` that fit once stripped. Raises ValueError when one code point
        does not."""
        cut = pieces_within(text, self.written, self.stretches(text))
        return [piece for part in cut for piece in self._halved(part)]

    def _halved(self, text: str) -> list[str]:
        """What becomes longer in words than there is room for is cut in two until nothing does."""
        bare = text.strip()
        if self.fits(bare):
            return [text]
        if len(bare) < 2:
            raise ValueError("The text limit has no room for a single character")
        half = TextLimit(characters=math.ceil(len(bare) / 2))
        halves = pieces_within(text, half, self.stretches(text))
        return [piece for part in halves for piece in self._halved(part)]

    def _fits_spoken(self, text: str) -> bool:
        if self.spoken == TextLimit():
            return True
        return fits(verbalize(text, self.language, self.lexicon.find(text)).text, self.spoken)
