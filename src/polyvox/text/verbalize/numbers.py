"""Numbers in words: the library's, with its faults mended by the language's table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from polyvox.text.verbalize.plurals import category
from polyvox.text.verbalize.schema import Noun, Rules

_SPACES: Final = "\u0020\u00a0\u202f\u2009"
_MOST_DIGITS: Final = 15
"""A longer one is nobody's quantity: it is read digit by digit."""
_IN_HUNDREDS: Final = range(1100, 2000)


@lru_cache(maxsize=64)
def number_pattern(rules: Rules) -> str:
    """Source of a pattern for an unsigned number as the language writes it; it never gives back
    what it took, so that its time is linear.
    """
    group, decimal = re.escape(rules.numbers.group), re.escape(rules.numbers.decimal)
    grouped = "|".join(rf"\d{{1,3}}(?:[{mark}]\d{{3}}){{1,8}}" for mark in (group, _SPACES) if mark)
    indian = rf"|\d{{1,2}}(?:{group}\d{{2}}){{1,6}}{group}\d{{3}}" if group == "," else ""
    return rf"(?>(?:(?:{grouped}{indian})(?!\d)|\d+)(?:{decimal}\d+)?)"


@dataclass(frozen=True, slots=True)
class Number:
    """An unsigned number as written: its whole digits, and those behind the decimal mark."""

    whole: str
    decimals: str = ""

    @classmethod
    def read(cls, written: str, rules: Rules) -> Number:
        whole, _, decimals = written.partition(rules.numbers.decimal)
        return cls(digits_of(whole), digits_of(decimals))

    @property
    def value(self) -> int:
        return int(self.whole or "0")


def digits_of(text: str) -> str:
    return "".join(str(int(c)) for c in text if c.isdecimal())


def spoken(number: Number, rules: Rules, gender: str = "") -> str:
    """The words of a number; digit by digit where it begins with zeros or is endless."""
    if number.decimals:
        gender = ""
    zeros = len(number.whole) > 1 and number.whole.startswith("0")
    if zeros or len(number.whole) > _MOST_DIGITS:
        words = digit_by_digit(number.whole, rules)
    else:
        words = cardinal(number.value, rules, gender)
    if not number.decimals:
        return words
    point = rules.numbers.point
    if rules.numbers.whole is not None:
        whole = Number(number.whole)
        words = spoken(whole, rules, rules.numbers.whole.gender)
        point = noun_for(whole, rules.numbers.whole, rules)
    return " ".join(filter(None, (words, point, _decimals(number.decimals, rules))))


def _decimals(decimals: str, rules: Rules) -> str:
    named = rules.numbers.parts
    if len(decimals) <= len(named) and int(decimals):
        return counted(Number(str(int(decimals))), named[len(decimals) - 1], rules)
    if rules.numbers.decimals == "digits" or len(decimals) > 3:
        return digit_by_digit(decimals, rules)
    rest = decimals.lstrip("0")
    parts = [digit_by_digit("0" * (len(decimals) - len(rest)), rules)]
    return " ".join(filter(None, [*parts, cardinal(int(rest), rules) if rest else ""]))


def digit_by_digit(digits: str, rules: Rules) -> str:
    return " ".join(cardinal(int(d), rules) for d in digits if d.isdecimal())


@lru_cache(maxsize=8192)
def cardinal(value: int, rules: Rules, gender: str = "") -> str:
    words = _mended(_library(value, rules, "cardinal"), rules.numbers.mend)
    return _with_gender(words, rules, gender)


@lru_cache(maxsize=2048)
def ordinal(value: int, rules: Rules, form: str = "") -> str:
    """An ordinal in one of the forms that the table of the language names."""
    table = rules.ordinals
    first = _from_cardinal(value, rules) if table.words else _library(value, rules, "ordinal")
    words = _mended(first, rules.numbers.mend_ordinal)
    endings = table.forms.get(form or table.form, {})
    if table.every:
        return " ".join(_ended(word, endings) for word in words.split(" "))
    return _ended(words, endings)


def _ended(word: str, endings: dict[str, str]) -> str:
    for old, new in endings.items():
        if word.endswith(old):
            return word.removesuffix(old) + new
    return word


def _from_cardinal(value: int, rules: Rules) -> str:
    table, words = rules.ordinals.words, cardinal(value, rules)
    if words in table:
        return table[words]
    parts = words.split(" ")
    both = rules.ordinals.every and value % 100 > 20 and value % 10 > 0
    changed = 2 if both else 1
    parts[-changed:] = [table.get(word, word) for word in parts[-changed:]]
    return " ".join(parts)


@lru_cache(maxsize=2048)
def year(value: int, rules: Rules, form: str = "") -> str:
    years = rules.years
    if years.reading == "ordinal":
        return ordinal(value, rules, form or years.form)
    if years.reading == "hundreds" and value in _IN_HUNDREDS:
        rest = cardinal(value % 100, rules) if value % 100 else ""
        return f"{cardinal(value // 100, rules)}{years.hundreds}{rest}".strip()
    if years.reading != "library":
        return cardinal(value, rules)
    return _mended(_library(value, rules, "year"), rules.numbers.mend_year)


def _library(value: int, rules: Rules, kind: str) -> str:
    from num2words import num2words  # slow to import: every language at once

    try:
        return str(num2words(value, lang=rules.numbers.library, to=kind))
    except (NotImplementedError, OverflowError, ValueError, IndexError, KeyError):
        if kind != "cardinal":
            return cardinal(value, rules)
        return (
            " ".join(_library(int(d), rules, kind) for d in str(value)) if value > 9 else str(value)
        )


def _mended(words: str, mend: dict[str, str]) -> str:
    words = f" {words} "
    for wrong, right in mend.items():
        words = words.replace(wrong, right)
    return " ".join(words.split())


def _with_gender(words: str, rules: Rules, gender: str) -> str:
    table = rules.numbers.gender.get(gender)
    if table is None:
        return words
    if words in table.alone:
        return table.alone[words]
    parts = words.split(" ")
    apart = max((at for at, word in enumerate(parts, 1) if word in table.behind), default=0)
    parts[apart:] = [table.every.get(word, word) for word in parts[apart:]]
    parts[-1] = table.last.get(parts[-1], parts[-1])
    for old, new in table.ending.items():
        if parts[-1].endswith(old):
            parts[-1] = parts[-1].removesuffix(old) + new
            break
    return " ".join(parts)


def is_one(number: Number, rules: Rules) -> bool:
    """Whether a noun behind ``number`` has the form for one ("двадцать одна книга")."""
    counts = len(number.whole) <= _MOST_DIGITS and number.value > 0
    return counts and category(rules.numbers.plural, number.value, fraction=False) == "one"


def noun_for(number: Number, noun: Noun, rules: Rules) -> str:
    """The form of a noun that stands behind ``number``."""
    fraction = bool(number.decimals)
    return noun.form(category(rules.numbers.plural, number.value, fraction=fraction))


def counted(number: Number, noun: Noun, rules: Rules) -> str:
    """``5`` and *metre* → "five metres"."""
    return with_noun(spoken(number, rules, noun.gender), noun_for(number, noun, rules), rules)


def with_noun(words: str, noun: str, rules: Rules) -> str:
    """A number's words and its noun: "un million" and "euros" are "un million d'euros"."""
    space = "" if words.endswith("'") else " "
    return f"{words}{space}{link_to(noun, words, rules)}{noun}"


_VOWEL: Final = re.compile(r"[aeiouhàâéèêëîïôöûüœ]", re.IGNORECASE)


def link_to(noun: str, words: str, rules: Rules) -> str:
    """What stands between a number's words and its noun ("de ", "d'"); empty in most languages."""
    agreement = rules.agreement
    if words.rpartition(" ")[2] not in agreement.linked:
        return ""
    return agreement.link_vowel if agreement.link_vowel and _VOWEL.match(noun) else agreement.link
