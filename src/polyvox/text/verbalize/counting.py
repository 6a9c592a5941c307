"""What is counted, behind one number or two, in the case that the words around it ask for."""

from __future__ import annotations

from polyvox.text.verbalize.dates import preceding_word
from polyvox.text.verbalize.matching import quantity
from polyvox.text.verbalize.numbers import Number, counted, is_one, noun_for, spoken, with_noun
from polyvox.text.verbalize.schema import Noun, Rules


def counted_in(text: str, start: int, number: Number, noun: Noun, rules: Rules) -> str:
    """A number and what it counts, in the case that the word before ``start`` asks for."""
    case = rules.agreement.lead.get(preceding_word(text, start))
    if not case or case != rules.words.range_case:
        return counted(number, noun, rules)
    single = bool(number.decimals) or is_one(number, rules)
    return f"{spoken(number, rules, case)} {noun.form('other' if single else 'many')}"


def counted_range(low: Number, high: Number, between: str, noun: Noun, rules: Rules) -> str:
    """Two numbers and what they count: "five to ten metres"."""
    words = quantity(low, high, between, rules, noun.gender)
    if not rules.words.range_case or between != rules.words.range:
        return with_noun(words, noun_for(high, noun, rules), rules)
    form = noun.form("other" if high.decimals else "many")
    return with_noun(words, form, rules)
