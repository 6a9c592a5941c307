"""Numbers with units and scales, and units that no number precedes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from polyvox.text.verbalize.atoms import Atom, AtomKind
from polyvox.text.verbalize.counting import counted_in, counted_range
from polyvox.text.verbalize.dates import BLANK
from polyvox.text.verbalize.matching import (
    SPACE,
    UNBOUND,
    ends_sentence,
    is_attributive,
    joint,
    one_of,
    quantity_pattern,
    sign_pattern,
    signed,
)
from polyvox.text.verbalize.money import scale_of
from polyvox.text.verbalize.numbers import (
    Number,
    counted,
    noun_for,
    number_pattern,
    spoken,
    with_noun,
)
from polyvox.text.verbalize.schema import Noun, Rules

_QUOTATION: Final = 500
"""Characters in front of an inch that are looked at for a quotation."""
_QUOTE: Final = re.compile(r"(?<!\d)\"")
_UNREADABLE: Final = re.compile(r"[²³°/]")


@lru_cache(maxsize=64)
def units_of(rules: Rules) -> dict[str, Noun]:
    """Symbol → unit."""
    return {symbol: noun for noun in rules.units.values() for symbol in noun.symbols}


@lru_cache(maxsize=64)
def _pattern(rules: Rules) -> re.Pattern[str]:
    units = units_of(rules)
    first = one_of(s for s, noun in units.items() if not noun.second)
    scales = [symbol for symbol in scale_of(rules) if len(symbol) > 1]
    scale = rf"{SPACE}(?P<scale>{one_of(scales)}){UNBOUND}" if scales else "(?P<scale>(?!))"
    number = number_pattern(rules)
    return re.compile(
        rf"{sign_pattern()}(?<![\w.,/⁄]){quantity_pattern(rules)}"
        rf"(?:{scale}(?:{SPACE}(?P<scaled>{first}){UNBOUND})?|{SPACE}-?(?P<unit>{first})"
        rf"(?:{SPACE}(?P<more>{number}){SPACE}(?P<second>{one_of(units)}){UNBOUND}|{UNBOUND}))"
    )


@lru_cache(maxsize=64)
def _alone(rules: Rules) -> re.Pattern[str]:
    symbols = one_of(s for s in units_of(rules) if _UNREADABLE.search(s) and s != "°")
    return re.compile(rf"(?<![\w/]){symbols}(?![\w/])")


_PRIMES: Final = re.compile(r"(?<!\w)(?P<feet>\d{1,3})['’′] ?(?P<inches>\d{1,2})[\"”″](?!\w)")


def heights(text: str, rules: Rules) -> Iterator[Atom]:
    """``5'11"``: feet and inches."""
    feet, inches = rules.units.get("ft"), rules.units.get("in")
    if feet and inches:
        for found in _PRIMES.finditer(text):
            parts = zip(found.groups(), (feet, inches), strict=True)
            words = " ".join(counted(Number(n), noun, rules) for n, noun in parts)
            yield Atom(found.start(), found.end(), AtomKind.MEASURE, words)


@lru_cache(maxsize=64)
def _rate(rules: Rules) -> re.Pattern[str]:
    units = one_of(units_of(rules))
    return re.compile(
        rf"(?<={BLANK})/(?P<what>{units}(?!\w)|[^\W\d_{BLANK}]{{2,20}}(?!\w))"
        rf"|(?<=[{BLANK}\d] )[^\W\d_{BLANK}]{{2,20}}(?P<per>/(?P<unit>{units}))(?!\w)"
    )


def rates(text: str, rules: Rules) -> Iterator[Atom]:
    """What a price or a measure is counted by: ``$4/gal``, ``5 kg/person``, ``60 beats/min``."""
    if rules.words.per and rules.units:
        for found in _rate(rules).finditer(text):
            what = found["what"] or found["unit"]
            noun = units_of(rules).get(what)
            words = f" {rules.words.per} {noun.form('one') if noun else what}"
            yield Atom(*found.span("per" if found["per"] else 0), AtomKind.MEASURE, words)


def measures(text: str, rules: Rules) -> Iterator[Atom]:
    if not rules.units:
        return
    for found in _pattern(rules).finditer(text):
        if _is_other(text, found, rules):
            continue
        low = Number.read(found["low"], rules)
        high = Number.read(found["high"], rules) if found["high"] else None
        end = found.end()
        if text[end - 1] == "." and ends_sentence(text, end):
            end -= 1
        if found["unit"] == '"' and _is_open_quote(text, found.start()):
            continue
        single = high is None and is_attributive(text, found.start("low"), end, rules)
        words = signed(found["sign"], _words(found, low, high, rules, single=single), rules)
        if found["second"]:
            more = Number.read(found["more"], rules)
            words += " " + counted(more, _second(found, rules), rules)
        yield Atom(found.start(), end, AtomKind.MEASURE, words)


def _is_other(text: str, found: re.Match[str], rules: Rules) -> bool:
    """Whether what follows shows that the symbol is no unit ("3° piano")."""
    noun = units_of(rules).get(found["unit"] or "")
    if not noun or not noun.not_before:
        return False
    return found["low"] == "1" or bool(re.match(noun.not_before, text[found.end() :][:40]))


def _second(found: re.Match[str], rules: Rules) -> Noun:
    """The unit of ``30m`` in ``1h30m`` is the minute."""
    units = units_of(rules)
    minutes = found["second"] == "m" and units[found["unit"]] is rules.units.get("h")
    return (rules.units.get("min") if minutes else None) or units[found["second"]]


def _is_open_quote(text: str, start: int) -> bool:
    """Whether a quotation was begun before ``start``, so that a mark behind a number ends it."""
    marks = _QUOTE.findall(text, max(0, start - _QUOTATION), start)
    return len(marks) % 2 == 1


def _words(
    found: re.Match[str], low: Number, high: Number | None, rules: Rules, *, single: bool
) -> str:
    scale = scale_of(rules).get(found["scale"] or "")
    noun = scale or units_of(rules)[found["unit"]]
    if single:
        words = f"{spoken(low, rules, noun.gender)} {noun.form('one')}"
    else:
        words = counted_in(found.string, found.start(), low, noun, rules)
    if high is not None:
        words = counted_range(low, high, joint(found["dash"], rules), noun, rules)
    if found["scaled"]:
        million = Number("1000000")
        words = with_noun(words, noun_for(million, units_of(rules)[found["scaled"]], rules), rules)
    return words


def lone_units(text: str, rules: Rules) -> Iterator[Atom]:
    """``km/h`` or ``m²`` without a number: what a voice would spell."""
    if not any(_UNREADABLE.search(symbol) for symbol in units_of(rules)):
        return
    for found in _alone(rules).finditer(text):
        words = units_of(rules)[found.group()].form("other")
        yield Atom(found.start(), found.end(), AtomKind.MEASURE, words)
