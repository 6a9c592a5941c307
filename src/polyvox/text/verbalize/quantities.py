"""Ordinals, versions, ranges and all other numbers, and names with digits in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from polyvox.text.punctuation import WIDE
from polyvox.text.verbalize.agreement import gender_behind, linked
from polyvox.text.verbalize.atoms import Atom, AtomKind
from polyvox.text.verbalize.dates import BLANK, preceding_word
from polyvox.text.verbalize.expressions import SMALL
from polyvox.text.verbalize.matching import (
    UNBOUND,
    joint,
    one_of,
    quantity,
    quantity_pattern,
    sign_pattern,
    signed,
)
from polyvox.text.verbalize.numbers import (
    Number,
    cardinal,
    digit_by_digit,
    digits_of,
    is_one,
    ordinal,
    spoken,
)
from polyvox.text.verbalize.schema import Rules

_SUBSCRIPTS: Final = "₀₁₂₃₄₅₆₇₈₉"
_ASCII_DIGIT: Final = str.maketrans(SMALL + _SUBSCRIPTS, "01234567890123456789")
_LONGEST_IN_A_NAME: Final = 4
_MOST_PARTS: Final = 6
"""A name of more runs of letters and digits is a code, read digit by digit."""
_VERSION: Final = re.compile(r"(?<![\w.,])[vV]?(?P<parts>\d+(?:\.\d+){1,6})(?![\w]|\.\d)")
_TOKEN: Final = re.compile(rf"[^\W_{BLANK}](?:[^\W{BLANK}]|[-'’](?=[^\W_{BLANK}])|\.(?=\d))*+")
_PART: Final = re.compile(
    rf"\d+(?:\.\d+)*|[{SMALL}{_SUBSCRIPTS}]+|[^\W\d{SMALL}{_SUBSCRIPTS}_]+(?:['’][^\W\d_]+)?"
)
_CODE: Final = re.compile(r"[A-Z]{1,4}-?\d{3,}(?![a-z])")
"""``BA2490``: capitals, and more digits than a model's name has."""
_ELEMENT: Final = re.compile(r"[A-Z][a-z]?")
_WIDE: Final = re.compile(f"[{WIDE}]")
_DOT_ANYWHERE: Final = re.compile(
    r"(?<![\w.,/:-])(?P<atom>(?P<number>\d{1,3})\.)[ \u00a0](?=(?P<next>[^\W\d_]+))"
)


@lru_cache(maxsize=64)
def _suffixed(rules: Rules) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.,])(?P<number>\d{{1,3}}(?:[{re.escape(rules.numbers.group)}]\d{{3}}){{1,3}}|\d{{1,9}})(?P<suffix>{one_of(rules.ordinals.suffixes)}){UNBOUND}", re.IGNORECASE)  # fmt: skip


@lru_cache(maxsize=64)
def _dotted(rules: Rules) -> re.Pattern[str]:
    lead = one_of(rules.ordinals.lead)
    return re.compile(rf"(?<!\w){lead} (?P<atom>(?P<number>\d{{1,4}})\.)(?= \w)", re.IGNORECASE)


def ordinals(text: str, rules: Rules) -> Iterator[Atom]:
    forms = {suffix.casefold(): form for suffix, form in rules.ordinals.suffixes.items()}
    if forms:
        for found in _suffixed(rules).finditer(text):
            form = forms[found["suffix"].casefold()]
            if int(digits_of(found["number"])) % 10 == 0:
                form = rules.ordinals.tens.get(found["suffix"].casefold(), form)
            if form in rules.ordinals.apocope and gender_behind(
                text, *found.span(), rules, one=True
            ):
                form = rules.ordinals.apocope[form]
            words = ordinal(int(digits_of(found["number"])), rules, form)
            yield Atom(found.start(), found.end(), AtomKind.ORDINAL, words)
    if rules.ordinals.dot and rules.ordinals.lead:
        for found in _dotted(rules).finditer(text):
            form = rules.ordinals.lead.get(preceding_word(text, found.start("atom")), "")
            words = ordinal(int(found["number"]), rules, form)
            yield Atom(*found.span("atom"), AtomKind.ORDINAL, words)
    if rules.ordinals.dot_anywhere:
        for found in _DOT_ANYWHERE.finditer(text):
            before = preceding_word(text, found.start("atom"))
            form = rules.ordinals.lead.get(before) or _form_before(found["next"], rules)
            words = ordinal(int(found["number"]), rules, form)
            yield Atom(*found.span("atom"), AtomKind.ORDINAL, words)


_COMPOUND: Final = re.compile(
    r"(?<![\w.,:/-])(?P<number>\d{1,4})-?(?P<rest>[^\W\d_]{3,30})(?!\w|-\w)"
)


def compounds(text: str, rules: Rules) -> Iterator[Atom]:
    """``20-летний``: the number is a part of the word."""
    if "compound" in rules.numbers.gender:
        for found in _COMPOUND.finditer(text):
            words = cardinal(int(found["number"]), rules, "compound").replace(" ", "")
            yield Atom(found.start(), found.end(), AtomKind.NAME, words + found["rest"])


def _form_before(noun: str, rules: Rules) -> str:
    patterns = rules.ordinals.nouns.items()
    return next((form for pattern, form in patterns if re.fullmatch(pattern, noun)), "")


def versions(text: str, rules: Rules) -> Iterator[Atom]:
    """Digits with dots that are no number of the language: versions and addresses of machines."""
    point = rules.words.dot
    if not point:
        return
    for found in _VERSION.finditer(text):
        parts = found["parts"].split(".")
        if _is_number(parts, rules):
            continue
        machine = len(parts) == 4 and max(map(len, parts)) == 3
        say = digit_by_digit if machine else _short
        words = f" {point} ".join(say(part, rules) for part in parts)
        letter = "V " if found.group()[0] in "vV" else ""
        yield Atom(found.start(), found.end(), AtomKind.VERSION, letter + words)


def _is_number(parts: list[str], rules: Rules) -> bool:
    if rules.numbers.group == ".":
        first, *others = map(len, parts)
        return first <= 3 and set(others) == {3} and parts[0] != "0"
    return len(parts) == 2 and rules.numbers.decimal == "."


def _short(digits: str, rules: Rules) -> str:
    if len(digits) > _LONGEST_IN_A_NAME or (len(digits) > 1 and digits[0] == "0"):
        return digit_by_digit(digits, rules)
    return cardinal(int(digits), rules)


@lru_cache(maxsize=64)
def _number(rules: Rules) -> re.Pattern[str]:
    point = re.escape(rules.numbers.decimal)
    return re.compile(
        rf"{sign_pattern()}(?:(?<!\w)(?<!\w[-–])(?<!\d\.){quantity_pattern(rules)}(?![^\W_]|[-–](?=\d))(?P<more>\+(?![\w+]|\s\d))?"
        rf"|(?<![\w{point}]){point}(?P<decimals>\d+){UNBOUND})"
    )


def numbers(text: str, rules: Rules) -> Iterator[Atom]:
    for found in _number(rules).finditer(text):
        end = found.end()
        if found["decimals"]:
            words = f"{rules.numbers.point} {digit_by_digit(found['decimals'], rules)}".strip()
            kind = AtomKind.NUMBER
        else:
            kind = AtomKind.RANGE if found["high"] else AtomKind.NUMBER
            words, end = _number_words(found, rules)
            if found["more"]:
                words = f"{words} {rules.words.plus}"
        yield Atom(found.start(), end, kind, signed(found["sign"], words, rules))


def _number_words(found: re.Match[str], rules: Rules) -> tuple[str, int]:
    low, end = Number.read(found["low"], rules), found.end()
    last = Number.read(found["high"], rules) if found["high"] else low
    gender = gender_behind(found.string, found.start(), end, rules, one=is_one(last, rules))
    if not found["high"]:
        return linked(found.string, end, spoken(low, rules, gender), rules)
    return _range_words(found, low, last, gender, rules), end


def _range_words(found: re.Match[str], low: Number, high: Number, gender: str, rules: Rules) -> str:
    between = joint(found["dash"], rules)
    code = len(low.whole) > _LONGEST_IN_A_NAME and len(high.whole) < len(low.whole)
    if len(low.whole) > 2 and high.value < low.value and found["dash"] == "-":
        between = ""  # a model such as 747-400
    if high.value < low.value < 100 and (found["dash"] or "").strip() in "-–":
        second = spoken(high, rules, rules.words.ratio_case)
        return f"{spoken(low, rules)} {rules.words.ratio or between} {second}"  # a score: 3-0
    if code:
        return f"{digit_by_digit(low.whole, rules)}, {digit_by_digit(high.whole, rules)}"
    return quantity(low, high, between, rules, gender)


def names(text: str, rules: Rules) -> Iterator[Atom]:
    """``GPT-4``, ``B2B``, ``CO₂``: letters stay, digits become words of their own."""
    for found in _TOKEN.finditer(text):
        token = found.group()
        if any(c.isdigit() for c in token):
            yield Atom(found.start(), found.end(), AtomKind.NAME, _name(token, rules))


def _name(token: str, rules: Rules) -> str:
    formula = any(c in _SUBSCRIPTS for c in token)
    parts: list[str] = _PART.findall(token)
    code = len(parts) > _MOST_PARTS or bool(_CODE.match(token))
    words: list[str] = []
    power = {"²": rules.words.squared, "³": rules.words.cubed}
    if len(parts) == 2 and power.get(parts[1]) and len(parts[0]) < 4:
        return f"{parts[0]} {power[parts[1]]}"
    for part in parts:
        said = (
            digit_by_digit(part, rules)
            if code and part.isdecimal()
            else _name_part(part, rules, formula=formula)
        )
        if words and _WIDE.search(words[-1][-1] + said[0]):
            words[-1] += said
        else:
            words.append(said)
    return " ".join(words) or token


def _name_part(part: str, rules: Rules, *, formula: bool) -> str:
    digits = part.translate(_ASCII_DIGIT)
    if digits[0].isdecimal():
        point = f" {rules.words.dot or rules.numbers.point} "
        return point.join(_short(number, rules) for number in digits.split("."))
    if formula and part.isascii():
        return " ".join(_ELEMENT.findall(part)) if _is_formula(part) else part
    return part


def _is_formula(part: str) -> bool:
    return "".join(_ELEMENT.findall(part)) == part


_LEFT: Final = re.compile(rf"\d+|[{SMALL}{_SUBSCRIPTS}]+")


def leftovers(text: str, rules: Rules) -> Iterator[Atom]:
    """Digits that nothing else took, such as those beside an underscore."""
    for found in _LEFT.finditer(text):
        words = _short(found.group().translate(_ASCII_DIGIT), rules)
        yield Atom(found.start(), found.end(), AtomKind.NUMBER, words)
