"""Roman numerals behind nouns ("Chapter IV") and names ("Henry VIII")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

from polyvox.text.verbalize.atoms import Atom, AtomKind
from polyvox.text.verbalize.matching import ends_sentence, one_of
from polyvox.text.verbalize.numbers import cardinal, ordinal
from polyvox.text.verbalize.schema import Rules

_NUMERAL: Final = r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_VALUE: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def value_of(numeral: str) -> int:
    values = [_VALUE[c] for c in numeral]
    return sum(-v if v < after else v for v, after in pairwise([*values, 0]))


@lru_cache(maxsize=64)
def _pattern(rules: Rules) -> re.Pattern[str]:
    names = one_of(name for group in rules.roman.names.values() for name in group)
    counted = [*rules.roman.nouns, *rules.roman.ordered]
    nouns = one_of([*counted, *(noun.upper() for noun in counted)])
    joins = one_of(rules.roman.joins)
    return re.compile(
        rf"(?<!\w)(?:(?P<name>{names})|(?P<noun>{nouns})|(?P<other>[A-Z][a-z]{{2,20}}))"
        rf" (?P<numeral>(?=[IVXLCDM]){_NUMERAL})(?:(?P<to> ?[-–] ?| {joins} )(?P<until>(?=[IVXLCDM]){_NUMERAL}))?"
        r"(?!\w|[-–]\w|\.\w)(?P<dot>\.?)"
    )


@lru_cache(maxsize=64)
def _genders(rules: Rules) -> dict[str, str]:
    return {name: g for g, group in rules.roman.names.items() for name in group}


def romans(text: str, rules: Rules) -> Iterator[Atom]:
    if not rules.roman.nouns:
        return
    gender_of = _genders(rules)
    for found in _pattern(rules).finditer(text):
        numeral, end = found["numeral"], found.end("numeral")
        if found["other"] and (len(numeral) < 2 or not set(numeral) <= set("IVX") or found["to"]):
            continue
        if len(numeral) == 1 and found["name"] and _is_initial(text, found, rules):
            continue
        if numeral == "I" and not (found["name"] or found["noun"]):
            continue
        gender = gender_of.get(found["name"] or "")
        if numeral == "I" and not _is_one(text, found):
            continue
        if gender is not None:
            words = _of_ruler(value_of(numeral), gender, rules)
            if rules.roman.dot and found["dot"] and not ends_sentence(text, found.end()):
                end = found.end()
        else:
            form = rules.roman.ordered.get(found["noun"] or "")
            words = _of_noun(value_of(numeral), form, rules)
            if found["to"]:
                last = _of_noun(value_of(found["until"]), form, rules)
                between = found["to"].strip()
                between = rules.words.range if between in "-–" else between
                words, end = f"{words} {between} {last}", found.end("until")
        yield Atom(found.start("numeral"), end, AtomKind.ROMAN, words)


_NAME: Final = re.compile(r" (?P<word>[^\W\d_]+)")


def _is_initial(text: str, found: re.Match[str], rules: Rules) -> bool:
    """``Jorge L. Borges``: a letter with a full stop before a name."""
    after = _NAME.match(text, found.end())
    if not found["dot"] or not after or not after["word"][0].isupper():
        return found["numeral"] in "LCDM"
    return after["word"].casefold() not in rules.abbreviations.starters


def _of_ruler(value: int, gender: str, rules: Rules) -> str:
    first = rules.roman.cardinal_from
    if first and value >= first:
        return _cased(cardinal(value, rules), rules)
    said = _cased(ordinal(value, rules, f"roman_{gender}"), rules)
    return rules.roman.ordinal[gender].format(ordinal=said)


def _of_noun(value: int, form: str | None, rules: Rules) -> str:
    first = rules.roman.cardinal_from
    if form is None or (first and value >= first):
        return _cased(cardinal(value, rules), rules)
    return _cased(ordinal(value, rules, form), rules)


def _cased(words: str, rules: Rules) -> str:
    return words if rules.roman.lower else words.capitalize()


@lru_cache(maxsize=64)
def _ordered(rules: Rules) -> re.Pattern[str]:
    suffixes, nouns = one_of(rules.roman.suffixes), one_of(rules.roman.before)
    dot = r"\.?" if rules.roman.dot else ""
    return re.compile(
        rf"(?<![\w.'-])(?P<numeral>(?=[IVX]+(?![LCDM])){_NUMERAL})"
        rf"(?:(?P<suffix>{suffixes})(?!\w)|{dot}(?= (?P<noun>{nouns})(?!\w)))"
    )


def roman_ordinals(text: str, rules: Rules) -> Iterator[Atom]:
    """``XXe siècle`` and ``XX secolo``: by an ending, or by the noun behind the numeral."""
    roman = rules.roman
    if roman.suffixes or roman.before:
        for found in _ordered(rules).finditer(text):
            form = roman.suffixes.get(found["suffix"] or "") or roman.before.get(found["noun"], "")
            words = ordinal(value_of(found["numeral"]), rules, form)
            yield Atom(found.start(), found.end(), AtomKind.ROMAN, words)


_VERB: Final = re.compile(
    r" (?:am|was|have|had|can|could|did?|don|think|thought|know|knew|like|love|want|will|would|wrote|read|said|saw"
    r"|found|need|must|should|shall|may|might|never|always|really|just|also)(?!\w)"
)


def _is_one(text: str, found: re.Match[str]) -> bool:
    """Whether ``I`` is a numeral and not the pronoun ("In Part I of…", not "The part I wrote")."""
    if found["name"] or " " in found["noun"]:
        return True
    after = text[found.end("numeral") : found.end("numeral") + 12]
    return not _VERB.match(after) and not after.startswith(("'", "’"))
