"""Which scripts a text's letters are of, and what of them a language can read.

Latin letters are read by everybody: names and abbreviations stand in texts of every script.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from polyvox.domain.language import BadLanguageTag, scripts
from polyvox.text.tables import table

LATIN: Final = "Latn"
_WEIGHT: Final = {"Hani": 3, "Hira": 3, "Kana": 3, "Hang": 3}
"""Letters of a Latin text that say as much as one of these."""
_GREEK: Final = r"\u0370-\u03ff\u1f00-\u1fff\u2126"
_SYMBOL: Final = re.compile(rf"(?<![{_GREEK}])[{_GREEK}](?![{_GREEK}])")
"""A Greek letter alone is a sign (π, 5 kΩ, α particles), which has a name in every language."""
_GONE: Final = "\ufdd0"
"""Stands for what is left out until the space around it is mended."""
_LEFT_OUT: Final = re.compile(rf"{_GONE}(?:[-'’.·・‐– ]*{_GONE})*")
_BEFORE_MARK: Final = re.compile(rf" ?{_GONE}(?=[.,;:!?…)\]}}。，！？、；：）」』।؟،]|$)")
_SPACES: Final = re.compile(" {2,}")
_CLINGING: Final = frozenset({"Mn", "Mc", "Me", "Cf"})


@cache
def _ranges() -> tuple[list[int], list[int], list[str]]:
    starts, ends, names = [], [], []
    for line in table("scripts")["ranges"].split("\n"):
        if line:
            span, name = line.split()
            start, end = (int(code, 16) for code in span.split("-"))
            starts.append(start)
            ends.append(end)
            names.append(name)
    return starts, ends, names


@lru_cache(maxsize=8192)
def script_of(letter: str) -> str | None:
    """The script (ISO 15924) of one letter; None for what is no letter, or one of no script."""
    if not letter.isalpha():
        return None
    if letter.isascii():
        return LATIN
    starts, ends, names = _ranges()
    at = bisect_right(starts, ord(letter)) - 1
    return names[at] if at >= 0 and ord(letter) <= ends[at] else None


def letters_of(text: str) -> Mapping[str, int]:
    """How much of ``text`` is in which script, in letters of a Latin text; Greek signs left out."""
    found: Counter[str] = Counter()
    plain = text if text.isascii() else _SYMBOL.sub("", text)
    for character, times in Counter(plain).items():
        if script := script_of(character):
            found[script] += times * _WEIGHT.get(script, 1)
    return found


def unread(letters: Mapping[str, int], language: str) -> str | None:
    """The script that most of a text is in, where ``language`` does not use it: whoever speaks this
    language cannot read the text. None where it can."""
    foreign = {name: count for name, count in letters.items() if not _reads(language, name)}
    if 2 * sum(foreign.values()) <= sum(letters.values()):
        return None
    return max(foreign, key=lambda name: foreign[name])


def without_foreign(text: str, language: str) -> str:
    """``text`` without the words whose letters ``language`` does not use; one that it does use, or a
    sign, stays as it is."""
    if text.isascii():
        return text
    signs = {found.start() for found in _SYMBOL.finditer(text)}
    kept: list[str] = []
    for place, character in enumerate(text):
        script = script_of(character)
        if script is None:  # vowels and joiners go with the letter they belong to
            follows = kept[-1:] == [_GONE] and unicodedata.category(character) in _CLINGING
            kept.append(_GONE if follows else character)
        else:
            foreign = place not in signs and not _reads(language, script)
            kept.append(_GONE if foreign else character)
    return _mended("".join(kept)) if _GONE in kept else text


def _mended(text: str) -> str:
    """``text`` with one space at most where words were left out."""
    told = _BEFORE_MARK.sub("", _LEFT_OUT.sub(_GONE, text)).replace(_GONE, " ")
    return _SPACES.sub(" ", told)


def _reads(language: str, script: str) -> bool:
    try:
        own = scripts(language)
    except BadLanguageTag:
        return True
    return script == LATIN or not own or script in own
