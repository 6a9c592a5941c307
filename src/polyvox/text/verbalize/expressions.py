"""Powers and arithmetic."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from polyvox.text.verbalize.atoms import Atom, AtomKind
from polyvox.text.verbalize.matching import SPACE, UNBOUND, one_of, signed
from polyvox.text.verbalize.numbers import Number, cardinal, number_pattern, spoken
from polyvox.text.verbalize.schema import Rules

SMALL: Final = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_EXPONENT: Final = str.maketrans(SMALL + "⁺⁻", "0123456789+-")
_POWER_SIGN: Final = re.compile(rf"[\^{SMALL}⁺⁻]|\*\*|\d[eE]")
_WEAK: Final = frozenset("-−–/")
"""Operators that alone may as well be a range, a date or an alternative."""


@lru_cache(maxsize=64)
def _power(rules: Rules) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<sign>(?<![\w)\]])[-−])?(?<![\w.,])(?P<base>{number_pattern(rules)}|[A-Za-z])"
        rf"(?:(?:e(?P<e>[-−+]?\d{{1,3}})|E(?P<E>[-−+]\d{{1,3}}))|(?P<small>[⁺⁻]?[{SMALL}]{{1,8}})|(?:\^|\*\*)\(?(?P<plain>[-−+]?\d{{1,8}})\)?){UNBOUND}"
    )


def powers(text: str, rules: Rules) -> Iterator[Atom]:
    if not rules.words.power or not _POWER_SIGN.search(text):
        return
    for found in _power(rules).finditer(text):
        scientific = found["e"] or found["E"]
        if scientific and not found["base"][0].isdecimal():
            continue
        exponent = (
            (found["small"] or found["plain"] or scientific).translate(_EXPONENT).replace("−", "-")
        )
        base = _operand(found["base"], rules)
        short = {"2": rules.words.squared, "3": rules.words.cubed}.get(exponent)
        digits = exponent.lstrip("+-")
        sign = exponent[: len(exponent) - len(digits)]
        power = signed(sign, cardinal(int(digits), rules), rules)
        if scientific:
            base, short = f"{base} {rules.operators.get('×', '')} {cardinal(10, rules)}", None
        words = f"{base} {short or f'{rules.words.power} {power}'}"
        yield Atom(found.start(), found.end(), AtomKind.POWER, signed(found["sign"], words, rules))


def _operand(written: str, rules: Rules) -> str:
    if written[:1] in "-−" and len(written) > 1:
        return signed(written[0], _operand(written[1:], rules), rules)
    return spoken(Number.read(written, rules), rules) if written[0].isdecimal() else written


@lru_cache(maxsize=64)
def _expression(rules: Rules) -> tuple[re.Pattern[str], tuple[re.Pattern[str], re.Pattern[str]]]:
    operand = rf"[-−]?(?:{number_pattern(rules)}|[A-Za-z])(?!\w)"
    times = r"x(?=[ \d])"
    operator = rf"{SPACE}(?:{one_of([*rules.operators, *_WEAK])}|(?<=[\d ]){times}){SPACE}"
    return (
        re.compile(rf"(?<![\w.,'’])(?<![-−/]){operand}(?:{operator}{operand}){{1,20}}(?![-/\w])"),
        (re.compile(operand), re.compile(operator)),
    )


def expressions(text: str, rules: Rules) -> Iterator[Atom]:
    if not rules.operators:
        return
    whole, parts = _expression(rules)
    for found in whole.finditer(text):
        words = _expression_words(found.group(), parts, rules)
        if words:
            yield Atom(found.start(), found.end(), AtomKind.EXPRESSION, words)


def _expression_words(
    written: str, part: tuple[re.Pattern[str], re.Pattern[str]], rules: Rules
) -> str:
    names = {**rules.operators, "x": rules.operators.get("×", "x"), "/": rules.words.over}
    names |= dict.fromkeys("-−–", rules.words.minus)
    words, operators, numbers, at, turn = [], [], [], 0, "operand"
    while at < len(written):
        pattern = part[turn == "operator"].match(written, at)
        if pattern is None:
            return ""
        at, token = pattern.end(), pattern.group()
        if turn == "operand":
            words.append(_operand(token, rules))
            numbers.append(token)
        else:
            operators.append(token)
            words.append(names[token.strip()])
        turn = "operator" if turn == "operand" else "operand"
    return " ".join(words) if _is_arithmetic(operators, numbers, rules) else ""


@lru_cache(maxsize=64)
def _lone(rules: Rules) -> re.Pattern[str]:
    return re.compile(
        rf"(?<=[\w)] ){one_of(rules.operators.keys() - set('>*·'))}(?= [\w(])|(?<=[\w)] )>(?= [a-z\d(])"
    )


def lone_operators(text: str, rules: Rules) -> Iterator[Atom]:
    """``a + b`` also between words; but a bullet, or the arrow of ``Menu > Settings``, is none."""
    if not rules.operators:
        return
    for found in _lone(rules).finditer(text):
        words = rules.operators[found.group()]
        yield Atom(found.start(), found.end(), AtomKind.OPERATOR, words)


def _is_arithmetic(operators: list[str], operands: list[str], rules: Rules) -> bool:
    signs = [operator.strip() for operator in operators]
    digits = [n for n in operands if n[-1].isdecimal()]
    if any(sign not in _WEAK and sign != "x" for sign in signs):
        return True
    if len(digits) < len(operands):
        return False
    if all(sign in "x" for sign in signs):
        return True
    spaced = all(len(operator) == 3 for operator in operators)
    falling = (
        len(digits) == 2
        and Number.read(digits[0], rules).value > Number.read(digits[1], rules).value
    )
    return spaced and "/" not in signs and (falling or len(digits) > 2)
