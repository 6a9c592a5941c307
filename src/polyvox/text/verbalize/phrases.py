"""Fixed phrases (``24/7``, ``and/or``), interjections (``Shhh``) and stutters (``W-what``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from polyvox.text.verbalize.atoms import Atom, AtomKind
from polyvox.text.verbalize.matching import one_of
from polyvox.text.verbalize.schema import Rules

_STUTTER: Final = re.compile(
    r"(?<![\w'’-])(?P<said>(?P<letter>[^\W\d_]{1,3})(?:-(?P=letter)){0,8})-"
    r"(?P<word>(?P=letter)[^\W\d_]{1,30}+(?:['’]\w{1,4})?)(?![\w-])",
    re.IGNORECASE,
)
_VOWEL: Final = re.compile(r"[aeiouyäöüåæøáéíóúàèìòùâêîôûаеёиоуыэюяіїє]", re.IGNORECASE)


@lru_cache(maxsize=64)
def _phrases(rules: Rules) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/]){one_of(rules.phrases)}(?![\w/])", re.IGNORECASE)


@lru_cache(maxsize=64)
def _spoken_phrases(rules: Rules) -> dict[str, str]:
    return {written.casefold(): words for written, words in rules.phrases.items()}


def phrases(text: str, rules: Rules) -> Iterator[Atom]:
    if not rules.phrases:
        return
    table = _spoken_phrases(rules)
    for found in _phrases(rules).finditer(text):
        words = table.get(found.group().casefold())
        if words:
            yield Atom(found.start(), found.end(), AtomKind.PHRASE, words)


@lru_cache(maxsize=64)
def _interjections(rules: Rules) -> re.Pattern[str]:
    groups = "|".join(f"({pattern})" for pattern in rules.interjections)
    return re.compile(rf"(?<![\w'’-])(?:{groups})(?![\w'’-])", re.IGNORECASE)


def interjections(text: str, rules: Rules) -> Iterator[Atom]:
    said = list(rules.interjections.values())
    if said:
        for found in _interjections(rules).finditer(text):
            words = said[(found.lastindex or 1) - 1]
            if found.group()[0].isupper():
                words = words[0].upper() + words[1:]
            if words != found.group():
                yield Atom(found.start(), found.end(), AtomKind.INTERJECTION, words)
    yield from _stutters(text, rules)


def _stutters(text: str, rules: Rules) -> Iterator[Atom]:
    """A letter alone would be named; with the word's first vowel it is the sound."""
    if not rules.stutters:
        return
    for found in _STUTTER.finditer(text):
        word, times = found["word"], found["said"].count("-") + 1
        letter = found["letter"]
        vowel = _VOWEL.search(word, len(letter))
        if (
            vowel is None
            or _VOWEL.search(letter)
            or f"{found['letter']}-{word}".casefold() in rules.not_stutters
        ):
            continue
        sound = letter + word[len(letter) : vowel.end()]
        mark = ", " if sound.casefold() == word.casefold() else "-"
        words = mark.join([sound, *[sound.lower()] * (times - 1), word])
        yield Atom(found.start(), found.end(), AtomKind.INTERJECTION, words)
