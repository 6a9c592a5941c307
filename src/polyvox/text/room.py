"""How long a segment may be, for all who may be asked to speak it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

from polyvox.domain.capabilities import TextLimit
from polyvox.text.fit import fits, pieces_within
from polyvox.text.lexicon import NO_LEXICON, Lexicon
from polyvox.text.stretches import Stretches, stretches
from polyvox.text.verbalize import verbalize

_MOST_WORDS: Final = 20
"""No text becomes longer in words than this many times: what is so much shorter needs no look."""

_MOST_SHARE: Final = 1 / 2
"""Of a text that does not fit: each part must be smaller than the whole."""


@dataclass(frozen=True, slots=True)
class Room:
    """``written`` bounds a text as it is, ``spoken`` the same text verbalised in ``language``; in both
    the words of ``lexicon`` are as they are spoken."""

    language: str
    written: TextLimit
    spoken: TextLimit
    lexicon: Lexicon = NO_LEXICON
    _fitting: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    def fits(self, text: str) -> bool:
        return fits(self.lexicon.respelled(text), self.written) and self._fits_spoken(text)

    def stretches(self, text: str) -> Stretches:
        """What of ``text`` may not be cut."""
        return stretches(text, self.language, self.lexicon)

    def pieces(self, text: str) -> list[str]:
        """Consecutive slices of ``text`` that fit once stripped. Raises ValueError when one code point
        does not."""
        bare = text.strip()
        if self.fits(bare):
            return [text]
        cut = pieces_within(text, self.written, self.stretches(text))
        return [piece for part in cut for piece in self._spoken_pieces(part)]

    def _spoken_pieces(self, text: str) -> list[str]:
        """What becomes longer in words than there is room for is cut in even parts until nothing does."""
        bare = text.strip()
        if self.fits(bare):
            return [text]
        if len(bare) < 2:
            raise ValueError("The text limit has no room for a single character")
        share = min(_MOST_SHARE, self._share(bare))
        part = TextLimit(characters=max(1, math.ceil(len(bare) * share)))
        parts = pieces_within(text, part, self.stretches(text))
        return [piece for part in parts for piece in self._spoken_pieces(part)]

    def _in_words(self, text: str) -> str:
        return verbalize(text, self.language, self.lexicon.find(text)).text

    def _share(self, text: str) -> float:
        """How much of ``text`` there is room for, roughly."""
        words, respelled = self._in_words(text), self.lexicon.respelled(text)
        limits = (
            (self.spoken.characters, len(words)),
            (self.spoken.bytes, len(words.encode())),
            (self.written.characters, len(respelled)),
            (self.written.bytes, len(respelled.encode())),
        )
        return min(most / length for most, length in limits if most is not None)

    def _fits_spoken(self, text: str) -> bool:
        most = self.spoken.characters
        plain = self.spoken.bytes is None and not self.lexicon.find(text)
        short = most is not None and len(text) * _MOST_WORDS <= most and plain
        if short or self.spoken == TextLimit():
            return True
        if text not in self._fitting:
            self._fitting[text] = fits(self._in_words(text), self.spoken)
        return self._fitting[text]
