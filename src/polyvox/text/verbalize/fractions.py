"""Fractions, alone or with a whole number, and with the unit or the noun behind them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from polyvox.text.verbalize.agreement import gender_of, next_word
from polyvox.text.verbalize.atoms import Atom, AtomKind
from polyvox.text.verbalize.dates import preceding_word
from polyvox.text.verbalize.matching import SPACE, UNBOUND, ends_sentence, one_of, signed
from polyvox.text.verbalize.measures import units_of
from polyvox.text.verbalize.numbers import cardinal
from polyvox.text.verbalize.schema import Noun, Rules

_GLYPH: Final = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_VOWEL: Final = re.compile(r"[aeiouhàâéèêëîïôöûüœ]", re.IGNORECASE)


@lru_cache(maxsize=64)
def _fraction(rules: Rules) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<sign>(?<![\w)\]])[-−])?(?<![\w.,/])(?:(?:(?P<whole>\d{{1,3}})(?: |(?=[{_GLYPH}])))?"
        rf"(?:(?P<over>\d{{1,3}}[/⁄]\d{{1,3}})(?![\w/]|[.,]\d)|(?P<glyph>[{_GLYPH}])(?!\d)))"
    )


@lru_cache(maxsize=64)
def _unit(rules: Rules) -> re.Pattern[str]:
    symbols = one_of(s for s, noun in units_of(rules).items() if not noun.second)
    return re.compile(rf"{SPACE}-?(?P<unit>{symbols}){UNBOUND}")


def fraction_measures(text: str, rules: Rules) -> Iterator[Atom]:
    """``1/2 kg`` and ``2½ km``."""
    if not rules.fractions.plain or not rules.units:
        return
    for found in _fraction(rules).finditer(text):
        unit = _unit(rules).match(text, found.end())
        if unit:
            words = _measured(found, units_of(rules)[unit["unit"]], rules)
            end = unit.end()
            if text[end - 1] == "." and ends_sentence(text, end):
                end -= 1
            words = signed(found["sign"], words, rules)
            yield Atom(found.start(), end, AtomKind.MEASURE, words)


def fractions(text: str, rules: Rules) -> Iterator[Atom]:
    if not rules.fractions.plain:
        return
    for found in _fraction(rules).finditer(text):
        if found["glyph"] and text[found.end() : found.end() + 1].isalpha():
            continue
        end, noun = found.end(), next_word(text, found.end())
        gender = gender_of(noun, rules, one=not found["whole"])
        if found["over"] and preceding_word(text, found.start()) in rules.cues.counted:
            words = _of_several(found, rules)
        elif not found["whole"]:
            words = _part(found, gender, rules)
        elif gender and rules.fractions.trailing:
            words, end = _around(found, noun, gender, rules), end + 1 + len(noun)
        else:
            words = _mixed(found, gender, rules)
        yield Atom(found.start(), end, AtomKind.FRACTION, signed(found["sign"], words, rules))


def _of_several(found: re.Match[str], rules: Rules) -> str:
    """``page 1/10``: the first of ten, no tenth."""
    first, last = (cardinal(int(n), rules) for n in _written(found).split("/"))
    return f"{first} {rules.words.of} {last}"


def _measured(found: re.Match[str], noun: Noun, rules: Rules) -> str:
    table, gender = rules.fractions, noun.gender
    if not found["whole"]:
        words, link = _part(found, gender, rules), ""
        if _written(found) not in table.agreeing.get(gender, {}):
            link = table.link_vowel if table.link_vowel and _VOWEL.match(noun.other) else table.link
        return f"{words} {link}{noun.form(table.unit)}"
    name = noun.form("one" if found["whole"] == "1" and table.trailing else "other")
    if table.trailing:
        return _around(found, name, gender, rules)
    return f"{_mixed(found, gender, rules)} {name}"


def _written(found: re.Match[str]) -> str:
    written: str = found["over"] or unicodedata.normalize("NFKC", found["glyph"])
    return written.replace("⁄", "/")


def _part(found: re.Match[str], gender: str, rules: Rules) -> str:
    written = _written(found)
    agreeing = rules.fractions.agreeing.get(gender, {}).get(written)
    return agreeing or _fraction_words(written, rules)


def _around(found: re.Match[str], noun: str, gender: str, rules: Rules) -> str:
    """A whole number and a part with their noun between them: "dos horas y media"."""
    whole, written = cardinal(int(found["whole"]), rules, gender), _written(found)
    table = rules.fractions
    part = table.trailed.get(gender, {}).get(written) or _fraction_words(written, rules)
    return table.trailing.format(whole=whole, noun=noun, part=part)


def _mixed(found: re.Match[str], gender: str, rules: Rules) -> str:
    written, mixed = _written(found), rules.fractions.mixed
    both = mixed.get(f"{found['whole']} {written}")
    if both:
        return both
    whole = cardinal(int(found["whole"]), rules, gender)
    part = mixed.get(written) or _fraction_words(written, rules)
    template = part if "{whole}" in part else rules.fractions.join
    return template.format(whole=whole, part=part)


def _fraction_words(written: str, rules: Rules) -> str:
    if written in rules.fractions.plain:
        return rules.fractions.plain[written]
    above, below = (int(n) for n in written.split("/"))
    ending = rules.fractions.plain.get(f"n/{below}")
    if ending and above < below:
        return f"{cardinal(above, rules)} {ending}"
    full = rules.words.out_of if above <= below and below in (5, 10, 100) else rules.words.over
    return f"{cardinal(above, rules)} {full} {cardinal(below, rules)}"
