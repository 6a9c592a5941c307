"""Years in languages that count them by ordinals: "в 2024 году", "w 1990 r."."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from polyvox.text.verbalize.atoms import Atom, AtomKind
from polyvox.text.verbalize.dates import preceding_word
from polyvox.text.verbalize.matching import SPACE, ends_sentence, one_of
from polyvox.text.verbalize.numbers import year
from polyvox.text.verbalize.schema import Rules


@lru_cache(maxsize=64)
def _pattern(rules: Rules) -> re.Pattern[str]:
    years = rules.years
    lead, noun = one_of(years.lead), one_of([*years.nouns, *years.short])
    stop = rf"(?!{years.not_before})" if years.not_before else ""
    digits = r"(?P<{0}>1[1-9]\d\d|20\d\d)"
    until = rf"(?: ?[-–—] ?{digits.format('until')})?(?![\w]|[.,:/-]\d|-\w)"
    return re.compile(
        rf"(?<![\w.,:/-])(?:(?P<lead>{lead}) )?(?P<atom>{digits.format('first')}{until}"
        rf"(?:{SPACE}(?P<noun>{noun})(?!\w))?){stop}",
        re.IGNORECASE,
    )


def ordinal_years(text: str, rules: Rules) -> Iterator[Atom]:
    """Years by the noun behind them, or by the preposition in front of them."""
    if rules.years.reading != "ordinal":
        return
    for found in _pattern(rules).finditer(text):
        lead = (found["lead"] or "").casefold() or preceding_word(text, found.start("atom"))
        noun = _noun(found["noun"] or "", lead, rules)
        form = rules.years.nouns.get(noun.casefold()) or rules.years.lead.get(lead)
        if form is None or not (noun or found["lead"]):
            if not found["until"]:
                continue
            form = rules.years.form
        end = found.end("atom")
        if text[end - 1] == "." and ends_sentence(text, end):
            end -= 1
        words = f"{_years(found, form, rules)} {noun}".strip()
        yield Atom(found.start("atom"), end, AtomKind.YEAR, words)


def _noun(written: str, lead: str, rules: Rules) -> str:
    short = rules.years.short.get(written)
    return short.get(lead, short[""]) if short else written


def _years(found: re.Match[str], form: str, rules: Rules) -> str:
    first = int(found["first"])
    if not found["until"]:
        return year(first, rules, form)
    span, forms, last = rules.years.span, rules.years.span_forms, int(found["until"])
    return span.format(first=year(first, rules, forms[0]), last=year(last, rules, forms[1]))
