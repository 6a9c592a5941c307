"""Numbers that agree with a noun of the text: "veintiuna páginas", "un million d'habitants"."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from polyvox.text.verbalize.numbers import link_to
from polyvox.text.verbalize.schema import Rules

_NEXT: Final = re.compile(r"[ \u00a0\u202f](?P<word>[^\W\d_]{2,30}+)")
_BEFORE: Final = re.compile(r"(?P<word>[^\W\d_]{1,30}+)[ \u00a0\u202f]\Z")
_LONGEST: Final = 32
"""Characters on either side of a number that are looked at for its noun."""


def next_word(text: str, end: int) -> str:
    """The word behind a number, if it may be its noun: one in small letters."""
    found = _NEXT.match(text, end, end + _LONGEST)
    return found["word"] if found and found["word"][0].islower() else ""


@lru_cache(maxsize=4096)
def gender_of(word: str, rules: Rules, *, one: bool) -> str:
    """The gender of a noun behind a number; empty where ``word`` is none."""
    patterns = rules.agreement.one if one else rules.agreement.many
    for pattern, gender in patterns.items():
        if word and re.fullmatch(pattern, word):
            return gender
    return ""


def gender_behind(text: str, start: int, end: int, rules: Rules, *, one: bool) -> str:
    """The gender of the noun that is counted by the number at ``text[start:end]``."""
    found = _BEFORE.search(text, max(0, start - _LONGEST), start)
    before = found["word"].casefold() if found else ""
    if before in rules.agreement.labels:
        return ""
    shown = rules.agreement.lead.get(before)
    return shown or gender_of(next_word(text, end), rules, one=one)


def linked(text: str, end: int, words: str, rules: Rules) -> tuple[str, int]:
    """``words`` with what links them to the noun behind them, and where they end in ``text``."""
    noun = next_word(text, end)
    if noun and words.endswith("'"):
        return words, end + 1
    if not noun or not gender_of(noun, rules, one=False):
        return words, end
    link = link_to(noun, words, rules)
    if not link:
        return words, end
    return f"{words} {link}".rstrip(), end if link.endswith(" ") else end + 1
