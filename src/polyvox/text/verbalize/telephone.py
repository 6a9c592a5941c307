"""Telephone, order and tracking numbers: digit by digit, with a pause between groups."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from polyvox.text.verbalize.atoms import Atom, AtomKind
from polyvox.text.verbalize.matching import SPACE, one_of
from polyvox.text.verbalize.numbers import cardinal, digit_by_digit
from polyvox.text.verbalize.schema import Rules

_TELEPHONE: Final = re.compile(
    r"(?<![\w.,/-])(?<!\w )(?:"
    r"\+\d{1,15}(?:[ .-]?\(\d{1,4}\)|[ ./-]\d{1,8}){0,7}"
    r"|\(\d{2,5}\) ?\d{2,8}(?:[ -]\d{2,4}){0,3})(?![\w-])"
    r"|(?<![\w.,/-])(?:\d{3}[-.]\d{3}[-.]\d{4}|555-\d{4}|\d{3}-0\d{3}"
    r"|0\d{2,4}[ /-]\d{2,8}(?:[ -]\d{2,8}){0,4}"
    r"|\d{2,3}(?: \d{2,3}){2,5}|\d{3} \d{6,7}|0\d(?:[ .-]\d{2}){4}|0\d[ -](?:\d{6,8}|\d{3,4} \d{3,4}))(?![\w-])(?![.,]\d)"
    r"|(?<=\w )(?:\+\d{1,3}(?:[ .-]?\(\d{1,4}\)|[ ./-]\d{1,8}){2,7}|\+\d{8,15}"
    r"|\(\d{2,5}\) ?\d{2,8}(?:[ -]\d{2,4}){0,3})(?![\w-])"
)
_LEAST_DIGITS: Final = 7
_GROUP: Final = re.compile(r"\d+")
_HASH: Final = re.compile(r"(?<![\w&#])#(?P<digits>\d+(?:-\d+){0,8})(?!\w)")
_NAMED: Final = re.compile(r"(?<![\w&#])#(?=[A-Z]{1,4}-?\d)")
_LONGEST_QUANTITY: Final = 3
"""``#`` and more digits than these are an identifier, with fewer an ordinary number."""


def telephones(text: str, rules: Rules) -> Iterator[Atom]:
    for found in _TELEPHONE.finditer(text):
        groups = _GROUP.findall(found.group())
        if sum(map(len, groups)) < _LEAST_DIGITS or _may_be_numbers(found.group()):
            continue
        plus = f"{rules.words.plus} " if found.group()[0] == "+" and rules.words.plus else ""
        yield Atom(found.start(), found.end(), AtomKind.TELEPHONE, plus + _grouped(groups, rules))


def _may_be_numbers(written: str) -> bool:
    """One number in groups of three, or a list: "912 345 678", "10 20 30 40"; not "91 123 45 67"."""
    first, *others = written.split(" ")
    plain = not first.startswith("0") and written.replace(" ", "").isdecimal()
    sizes = set(map(len, others))
    return plain and (sizes == {3} or sizes | {len(first)} == {2})


def _grouped(groups: list[str], rules: Rules) -> str:
    return ", ".join(digit_by_digit(group, rules) for group in groups)


@lru_cache(maxsize=64)
def _cued(rules: Rules) -> re.Pattern[str]:
    cue, named = one_of(rules.cues.digits), rules.words.number
    links = one_of(rules.cues.links)
    short = (written for written, said in rules.abbreviations.numbered.items() if said == named)
    number = rf"(?:{one_of(filter(None, [named, *short]))}{SPACE})?"
    return re.compile(rf"(?<!\w){cue}(?: {links})?:? {number}(?P<digits>\d{{4,}}+(?:[- ]\d+){{0,8}}|\d{{2,4}}(?:[ .]\d{{2,4}}){{2,6}}|\d+(?:-\d+){{1,8}})(?![\w-])(?![.,:]\d)", re.IGNORECASE)  # fmt: skip


def identifiers(text: str, rules: Rules) -> Iterator[Atom]:
    for found in _HASH.finditer(text):
        groups = _GROUP.findall(found["digits"])
        short = len(groups) == 1 and len(groups[0]) <= _LONGEST_QUANTITY
        words = cardinal(int(groups[0]), rules) if short else _grouped(groups, rules)
        named = f"{rules.words.number} {words}".strip()
        yield Atom(found.start(), found.end(), AtomKind.IDENTIFIER, named)
    for found in _NAMED.finditer(text) if rules.words.number else ():
        yield Atom(found.start(), found.end(), AtomKind.IDENTIFIER, f"{rules.words.number} ")
    if rules.cues.digits:
        for found in _cued(rules).finditer(text):
            words = _grouped(_GROUP.findall(found["digits"]), rules)
            yield Atom(*found.span("digits"), AtomKind.IDENTIFIER, words)
