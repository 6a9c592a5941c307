"""For voices that read letters: a text in those that the voice knows."""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterable, Iterator
from typing import Final

from polyvox.errors import Refused

_APOSTROPHES: Final = "'\u2019\u02bc\u2018`"
_WORD: Final = 4
_SAMPLE_LETTERS: Final = 36


def known_letters(text: str, known: Container[str]) -> list[str]:
    """``text`` in letters of ``known``, taken apart or whole, small where there are no capitals.

    Marks that it lacks are left out. Raises Refused for a letter or a digit that it lacks: a word
    would be lost.
    """
    spelled: list[str] = []
    for letter in unicodedata.normalize("NFC", text):
        found = next((form for form in _forms(letter) if all(c in known for c in form)), None)
        if found is not None:
            spelled.extend(found)
        elif unicodedata.category(letter)[0] in "LN" and letter not in _APOSTROPHES:
            raise Refused("The voice has no sound for some of the text's letters or digits.")
    return spelled


def _forms(letter: str) -> Iterator[str]:
    """As it is, then what sounds the same, as the voice may know it."""
    for same in (letter, letter.lower(), letter.upper()):
        yield unicodedata.normalize("NFD", same)
        yield same
    if letter in _APOSTROPHES:
        yield from _APOSTROPHES


def sample_of(known: Iterable[str]) -> str:
    """Words made of the voice's own letters: always the same for the same voice."""
    letters = sorted(c for c in known if len(c) == 1 and unicodedata.category(c) in ("Ll", "Lo"))
    chosen = letters[:_SAMPLE_LETTERS]
    return " ".join("".join(chosen[at : at + _WORD]) for at in range(0, len(chosen), _WORD))
