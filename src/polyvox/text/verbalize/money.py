"""Amounts of money, by symbol or code, before or behind the number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from polyvox.text.verbalize.atoms import Atom, AtomKind
from polyvox.text.verbalize.counting import counted_in, counted_range
from polyvox.text.verbalize.matching import (
    SPACE,
    UNBOUND,
    ends_sentence,
    is_attributive,
    one_of,
    quantity_pattern,
    sign_pattern,
    signed,
)
from polyvox.text.verbalize.numbers import (
    Number,
    counted,
    digits_of,
    link_to,
    number_pattern,
    spoken,
)
from polyvox.text.verbalize.schema import Currency, Noun, Rules

_HUNDREDTHS: Final = re.compile(r"(?P<whole>.*)[.,](?P<cents>\d\d|-)")


@lru_cache(maxsize=64)
def _currencies(rules: Rules) -> dict[str, Currency | Noun]:
    table: dict[str, Currency | Noun] = {}
    for code, currency in rules.money.currencies.items():
        table.update(dict.fromkeys((code, *currency.symbols), currency))
        if currency.minor:
            table.update(dict.fromkeys(currency.minor.symbols, currency.minor))
    return table


@lru_cache(maxsize=64)
def scale_of(rules: Rules) -> dict[str, Noun]:
    return {symbol: noun for noun in rules.scales.values() for symbol in noun.symbols}


@lru_cache(maxsize=64)
def _pattern(rules: Rules) -> re.Pattern[str]:
    symbols = one_of(_currencies(rules))
    whole = number_pattern(rules).removesuffix(rf"(?:{re.escape(rules.numbers.decimal)}\d+)?)")
    decimal = re.escape(rules.numbers.decimal)
    foreign = r"\d{1,3}(?>(?:\.\d{3}){1,6},|(?:,\d{3}){1,6}\.)\d\d(?!\d)"
    number = rf"(?:{foreign}|{decimal}\d\d(?!\d)|{whole}(?:[.,](?:\d\d|[-–—])(?![\d]|[.,]\d)|{decimal}\d+)?))"
    scale = (
        rf"(?:{SPACE}(?P<scale{{0}}>{one_of(scale_of(rules))}){UNBOUND}{_linked(rules)})?"
        if rules.scales
        else "(?P<scale{0}>(?!))?"
    )
    return re.compile(
        rf"{sign_pattern('sign1')}(?<!\w)(?P<before>{symbols}){SPACE}(?P<inner>[-−–])?"
        rf"{quantity_pattern(rules, number=number, suffix='1')}{scale.format('1')}{UNBOUND}(?: (?P<code>{one_of(rules.money.currencies)}){UNBOUND})?"
        rf"|{sign_pattern('sign2')}(?<![\w.,])"
        rf"{quantity_pattern(rules, number=number, suffix='2')}{scale.format('2')}{SPACE}(?P<behind>{symbols}){UNBOUND}"
        rf"|(?<![\w.,])(?P<whole>\d+)(?P<middle>{symbols})(?P<cents>\d\d){UNBOUND}"
    )


def _linked(rules: Rules) -> str:
    """Source of a pattern for what links a scale to the currency ("3 millones de €")."""
    links = [rules.agreement.link, rules.agreement.link_vowel]
    return rf"(?: {one_of(filter(None, links))}(?={one_of(_currencies(rules))}))?"


def money(text: str, rules: Rules) -> Iterator[Atom]:
    if not rules.money.currencies:
        return
    for found in _pattern(rules).finditer(text):
        if found["middle"]:
            amount = Number(found["whole"], found["cents"])
            words = _exact(amount, _currencies(rules)[found["middle"]], rules)
            yield Atom(found.start(), found.end(), AtomKind.MONEY, words)
            continue
        n = "1" if found["before"] else "2"
        currency = _currencies(rules)[found["code"] or found["before"] or found["behind"]]
        low, high = _amount(found[f"low{n}"], rules), None
        if found[f"high{n}"]:
            high = _amount(found[f"high{n}"], rules)
        scale = scale_of(rules).get(found[f"scale{n}"] or "")
        behind = f"-{currency.form('one')}"
        if text.startswith(behind, found.end()):
            end, single = found.end() + len(behind), True
        else:
            end = found.end()
            single = not (high or low.decimals) and is_attributive(text, found.start(), end, rules)
        if scale or high or single or low.decimals:
            words = _words(low, high, scale, _single(currency) if single else currency, rules)
        else:
            words = counted_in(text, found.start(), low, currency, rules)
        sign = (found[f"sign{n}"] or "") + (found["inner"] or "")
        if text[end - 1] == "." and ends_sentence(text, end):
            end -= 1
        yield Atom(found.start(), end, AtomKind.MONEY, signed(sign, words, rules))


def _single(currency: Noun) -> Noun:
    return currency.model_copy(update={"other": currency.form("one")})


def _amount(written: str, rules: Rules) -> Number:
    hundredths = _HUNDREDTHS.fullmatch(written.replace("–", "-").replace("—", "-"))
    if hundredths:
        return Number(digits_of(hundredths["whole"]), hundredths["cents"].strip("-"))
    return Number.read(written, rules)


def _words(
    low: Number, high: Number | None, scale: Noun | None, currency: Noun, rules: Rules
) -> str:
    if scale is not None:
        if high is not None:
            scaled = counted_range(low, high, rules.words.range, scale, rules)
        else:
            scaled = counted(low, scale, rules)
        number, _, name = scaled.rpartition(" ")
        noun = currency.form(rules.money.scaled_form)
        return rules.money.scaled.format(
            number=number, scale=name, currency=link_to(noun, name, rules) + noun
        )
    if high is not None and (low.decimals or high.decimals):
        return f"{_exact(low, currency, rules)} {rules.words.range} {_exact(high, currency, rules)}"
    if high is None:
        return _exact(low, currency, rules)
    return counted_range(low, high, rules.words.range, currency, rules)


def _exact(amount: Number, currency: Noun, rules: Rules) -> str:
    minor = currency.minor if isinstance(currency, Currency) else None
    if len(amount.decimals) != 2 or minor is None:
        return counted(amount, currency, rules)
    whole, cents = Number(amount.whole), Number(str(int(amount.decimals)))
    if not cents.value:
        return counted(whole, currency, rules)
    if not whole.value:
        return counted(cents, minor, rules)
    return rules.money.template.format(
        major=counted(whole, currency, rules),
        minor=counted(cents, minor, rules),
        cents=spoken(cents, rules),
    )
