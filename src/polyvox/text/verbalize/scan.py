"""All kinds in one pass each, the most special first: none sees what another has taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from polyvox.text.verbalize.abbreviations import abbreviations, initials
from polyvox.text.verbalize.addresses import addresses
from polyvox.text.verbalize.atoms import Atom, AtomKind
from polyvox.text.verbalize.dates import blanked, dates, day_ranges, decades, short_years, years
from polyvox.text.verbalize.expressions import expressions, lone_operators, powers
from polyvox.text.verbalize.fractions import fraction_measures, fractions
from polyvox.text.verbalize.measures import heights, lone_units, measures, rates
from polyvox.text.verbalize.money import money
from polyvox.text.verbalize.ordinal_years import ordinal_years
from polyvox.text.verbalize.phrases import interjections, phrases
from polyvox.text.verbalize.quantities import (
    compounds,
    leftovers,
    names,
    numbers,
    ordinals,
    versions,
)
from polyvox.text.verbalize.roman import roman_ordinals, romans
from polyvox.text.verbalize.schema import Rules
from polyvox.text.verbalize.symbols import symbols
from polyvox.text.verbalize.telephone import identifiers, telephones
from polyvox.text.verbalize.times import ratios, time_spans, times, zones

_Finder = Callable[[str, Rules], Iterable[Atom]]
_FINDERS: Final[Sequence[_Finder]] = (
    addresses,
    phrases,
    dates,
    ordinal_years,
    telephones,
    identifiers,
    decades,
    short_years,
    zones,
    time_spans,
    times,
    ratios,
    fraction_measures,
    money,
    heights,
    measures,
    rates,
    lone_units,
    powers,
    day_ranges,
    years,
    ordinals,
    compounds,
    roman_ordinals,
    romans,
    abbreviations,
    expressions,
    fractions,
    versions,
    numbers,
    names,
    leftovers,
    initials,
    interjections,
    lone_operators,
    symbols,
)
_OF_DIGITS: Final[frozenset[_Finder]] = frozenset(
    {
        *(dates, telephones, identifiers, decades, zones, times, ratios, money, heights),
        *(fraction_measures, measures, years, ordinals, fractions, versions, numbers, names),
        *(leftovers, ordinal_years, time_spans, compounds),
    }
)
"""Those that find nothing where no digit is, so that words alone are read soon."""
_NEEDED: Final[Mapping[_Finder, frozenset[str]]] = {
    addresses: frozenset(".@/"),
    ratios: frozenset(":"),
    heights: frozenset("'’′"),
    fraction_measures: frozenset("/⁄¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"),
    fractions: frozenset("/⁄¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"),
    rates: frozenset("/"),
    lone_units: frozenset("²³°/"),
    day_ranges: frozenset("-–"),
    time_spans: frozenset("-–—"),
    versions: frozenset("."),
    initials: frozenset("."),
    symbols: frozenset("<>*_`→⇒➔➜➞⟶⮕▶►»›"),
}
"""One of these characters must be there for the finder to find something."""
_DIGIT: Final = re.compile(r"\d|[²³¹⁰-⁹₀-₉¼-¾⅐-⅞]")
_JOINED: Final = frozenset(
    {
        AtomKind.DATE,
        AtomKind.TIME,
        AtomKind.MONEY,
        AtomKind.MEASURE,
        AtomKind.YEAR,
        AtomKind.ORDINAL,
    }
    | {
        AtomKind.NUMBER,
        AtomKind.POWER,
        AtomKind.FRACTION,
        AtomKind.EXPRESSION,
        AtomKind.VERSION,
        AtomKind.NAME,
        AtomKind.OPERATOR,
    }
)


def found_in(text: str, rules: Rules) -> list[Atom]:
    """The atoms of ``text`` in order; none overlaps another."""
    found: list[Atom] = []
    left = text
    for find in _worth_a_look(text):
        new = _apart(find(left, rules))
        if new:
            found += new
            left = blanked(left, new)
    if not found:
        return found
    found.sort(key=lambda atom: atom.start)
    return sorted([*found, *_between(text, found, rules)], key=lambda atom: atom.start)


def _worth_a_look(text: str) -> Iterator[_Finder]:
    counts = _DIGIT.search(text) is not None
    there = set(text)
    for find in _FINDERS:
        needed = _NEEDED.get(find)
        if (counts or find not in _OF_DIGITS) and not (needed and there.isdisjoint(needed)):
            yield find


def _apart(atoms: Iterable[Atom]) -> list[Atom]:
    """In order, without those that overlap an earlier one."""
    kept: list[Atom] = []
    for atom in sorted(atoms, key=lambda atom: (atom.start, -atom.end)):
        if atom.end > atom.start and (not kept or atom.start >= kept[-1].end):
            kept.append(atom)
    return kept


def _between(text: str, atoms: list[Atom], rules: Rules) -> Iterator[Atom]:
    """Operators and dashes between two atoms that can be counted."""
    gaps = [text[a.end : b.start] for a, b in pairwise(atoms)]
    marks = [gap.strip() if len(gap) <= 3 else "" for gap in gaps]
    for at, ((before, after), gap, mark) in enumerate(
        zip(pairwise(atoms), gaps, marks, strict=True)
    ):
        if not mark or not {before.kind, after.kind} <= _JOINED:
            continue
        operator = rules.operators.get(mark, "")
        near = [atom.kind for atom in atoms[max(0, at - 1) : at + 3]]
        sum_ = AtomKind.OPERATOR in near or any(
            m in rules.operators for m in marks[max(0, at - 1) : at + 2]
        )
        if mark in "-−–" and gap != mark and sum_:
            operator = rules.words.minus
        elif mark in "-–—" and before.kind is after.kind:
            operator = rules.words.range
        if operator:
            start = before.end + gap.index(mark)
            yield Atom(start, start + len(mark), AtomKind.OPERATOR, operator)
