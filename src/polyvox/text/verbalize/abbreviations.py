"""Abbreviations in words; a full stop that ends the sentence stays outside of the atom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from polyvox.text.verbalize.atoms import Atom, AtomKind
from polyvox.text.verbalize.dates import BLANK
from polyvox.text.verbalize.matching import ends_sentence, one_of
from polyvox.text.verbalize.schema import Rules

_INITIAL: Final = re.compile(
    r"(?<![\w.'’])(?P<letter>[^\W\d_])\.(?=[ \u00a0]?(?P<next>[^\W\d_]+)(?P<dot>\.?))"
)
_LETTERS: Final = re.compile(r"(?<![\w.])(?:[A-Z]\.){2,6}(?!\w)")
_CAPITALISED: Final = re.compile(r"(?P<start>^|[.!?:\n]\W*)?(?P<word>[^\W\d_][\w'’-]*)\W?\Z")
_LETTER_BEFORE: Final = re.compile(r"(?<!\w)[^\W\d_]\. ?\Z")
_LETTER_BEHIND: Final = re.compile(r" ?[^\W\d_]\.")
_PARTICLES: Final = re.compile(
    r"[ \u00a0](?:(?:de|den|der|van|von|zu|di|da|del|della|dos|du|ten|ter) ){1,3}[^\W\d_a-z]"
)
_NAME_BEFORE: Final = 40
"""Characters in front of an abbreviation that are looked at for a name."""


@lru_cache(maxsize=64)
def _table(rules: Rules) -> dict[str, tuple[str, str]]:
    """Written → its group and words; capitals where a sentence begins with it."""
    table: dict[str, tuple[str, str]] = {}
    short = rules.abbreviations
    groups = {"leading": short.leading, "open": short.open, "numbered": short.numbered}
    groups |= {"titles": short.titles, "saint": short.saint}
    days = {f"{day}.": name.partition("|")[0] for day, name in short.days.items()}
    groups["open"] = {**days, **groups["open"]}
    for group, entries in groups.items():
        for written, words in entries.items():
            key = written.replace(" ", "")
            table.setdefault(_upper(key), (group, _upper(words)))
            table[key] = (group, words)
    return table


def _upper(word: str) -> str:
    return word[:1].upper() + word[1:]


@lru_cache(maxsize=64)
def _pattern(rules: Rules) -> re.Pattern[str]:
    short = rules.abbreviations
    written = [*short.titles, *short.leading, *short.numbered, *short.open, *short.saint]
    written += [f"{day}." for day in short.days]
    return re.compile(
        rf"(?<![\w.@/-]){one_of([*written, *map(_upper, written)])}"
        r"(?:(?<=[§¶№])|(?<=[.°º])(?=\d)|(?![\w@]))"
    )


def abbreviations(text: str, rules: Rules) -> Iterator[Atom]:
    table = _table(rules)
    if not table:
        return
    for found in _pattern(rules).finditer(text):
        group, words = table["".join(found.group().split())]
        end, dot = found.end(), found.group().endswith(".")
        if group == "numbered" and not _number_follows(text, end):
            continue
        if group == "saint" and _among_initials(text, found):
            continue
        if group == "saint":
            saint = _is_title(text, found.start(), end, rules)
            group = "titles" if saint else "open"
            words = words.split("|")[0 if saint else 1]
        closes = text[end:].strip() == "" if len(text) - end < 8 else False
        if dot and (closes or (group == "open" and ends_sentence(text, end))):
            end -= 1
        yield Atom(found.start(), end, AtomKind.ABBREVIATION, words)


def _number_follows(text: str, end: int) -> bool:
    after = text[end : end + 3].lstrip(" \u00a0\u202f(")
    return bool(after) and (after[0].isdecimal() or after[0] == BLANK)


def _before(text: str, start: int) -> re.Match[str] | None:
    return _CAPITALISED.search(text[max(0, start - _NAME_BEFORE) : start])


def _among_initials(text: str, found: re.Match[str]) -> bool:
    """Whether a letter is one of several: "J. M. Coetzee", not "M. Petit"."""
    before = _LETTER_BEFORE.search(text, max(0, found.start() - 4), found.start())
    return len(found.group()) == 2 and bool(before or _LETTER_BEHIND.match(text, found.end()))


def _is_title(text: str, start: int, end: int, rules: Rules) -> bool:
    """``St.`` before a name, unless a name stands in front: "in St. Ives", "on Main St. He"."""
    following = re.match(r"\s(\w+)", text[end : end + _NAME_BEFORE])
    if not following or not following[1][0].isupper():
        return False
    if following[1].casefold() in _starters(rules):
        return False
    before = _before(text, start)
    named = before is not None and before["word"][0].isupper() and before["start"] is None
    return not named


@lru_cache(maxsize=64)
def _starters(rules: Rules) -> frozenset[str]:
    return frozenset(rules.abbreviations.starters)


def initials(text: str, rules: Rules) -> Iterator[Atom]:
    """``J. K. Rowling`` and ``U.S.`` without their full stops."""
    if not rules.abbreviations.starters:
        return
    taken: set[int] = set()
    for found in _LETTERS.finditer(text):
        end = found.end()
        words = " ".join(found.group().replace(".", ""))
        if ends_sentence(text, end) and _sentence_follows(text, end, rules):
            end -= 1
        taken.update(range(found.start(), end))
        yield Atom(found.start(), end, AtomKind.ABBREVIATION, words)
    for found in _INITIAL.finditer(text):
        if found.start() not in taken and _is_initial(text, found, rules):
            yield Atom(found.start(), found.end(), AtomKind.ABBREVIATION, found["letter"])


def _sentence_follows(text: str, end: int, rules: Rules) -> bool:
    following = re.match(r"\W*(\w+)", text[end : end + _NAME_BEFORE])
    return following is None or following[1].casefold() in _starters(rules)


def _is_initial(text: str, found: re.Match[str], rules: Rules) -> bool:
    following, letter = found["next"], found["letter"]
    if letter.isupper() and _PARTICLES.match(text, found.end()):
        return True
    if not letter.isupper() or not following[0].isupper() or following[1:2].isupper():
        return False
    if len(following) == 1:
        return bool(found["dot"])
    if following.casefold() in _starters(rules):
        return False
    before = _before(text, found.start())
    if before is None:
        return True
    if len(before["word"]) == 1:
        return False  # letters that stand alone are spelled: "P M"
    return (before["word"][0].isupper() and letter != "I") or before["start"] is not None
