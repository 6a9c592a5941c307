"""Dates, years and decades, and ranges of days and months by their short names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from polyvox.text.verbalize.atoms import Atom, AtomKind
from polyvox.text.verbalize.matching import SPACE, UNBOUND, ends_sentence, one_of
from polyvox.text.verbalize.numbers import cardinal, ordinal, year
from polyvox.text.verbalize.schema import Rules

_ISO: Final = re.compile(
    r"(?<![\w.,/-])(?P<year>\d{4})(?P<mark>[-/.])(?P<a>\d{1,2})(?P=mark)(?P<b>\d{1,2})(?!\w|[-/.]\w)"
)
_NUMERIC: Final = re.compile(
    r"(?<![\w.,/-])(?P<a>\d{1,2})(?:(?P<mark>[/-])(?P<b>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})"
    r"|/(?P<b3>0[1-9]|(?<=0\d/)\d{2})"
    r"|\.[ \u00a0]?(?P<b2>\d{1,2})\.(?:[ \u00a0]?(?P<year2>\d{4}|\d{2}))?)(?!\w|[-/.]\w)"
)
_YEARLESS: Final = re.compile(r"(?<![\w.,/-])(?P<a>\d{1,2})/(?P<b>\d{1,2})(?![\w/]|[.,]\d| of )")
"""``5/12``, which is a fraction unless a word in front says that it is a day."""
_BEFORE: Final = re.compile(r"([^\W\d_]+)\W{1,2}\Z")
_CENTURY_TURN: Final = 50
"""Two digits below it are a year of this century."""
_YEARS: Final = range(1100, 2100)


def preceding_word(text: str, start: int) -> str:
    found = _BEFORE.search(text[max(0, start - 24) : start])
    return found[1].casefold() if found else ""


def dates(text: str, rules: Rules) -> Iterator[Atom]:
    if not rules.dates.months:
        return
    for reading in (_iso, _with_names, _numeric):
        atoms = list(reading(text, rules))
        yield from atoms
        text = blanked(text, atoms)


def blanked(text: str, atoms: list[Atom]) -> str:
    """``text`` with a letter of no word in the place of every character of ``atoms``."""
    parts, at = [], 0
    for atom in atoms:
        parts += [text[at : atom.start], BLANK * (atom.end - atom.start)]
        at = atom.end
    return "".join([*parts, text[at:]])


BLANK: Final = "ǁ"


def _iso(text: str, rules: Rules) -> Iterator[Atom]:
    for found in _ISO.finditer(text):
        month, day = int(found["a"]), int(found["b"])
        yield from _atom(text, found, (int(found["year"]), month, day), rules)


def _numeric(text: str, rules: Rules) -> Iterator[Atom]:
    for found in _NUMERIC.finditer(text):
        a, b = int(found["a"]), int(found["b"] or found["b2"] or found["b3"])
        written = found["year"] or found["year2"]
        slashed = found["mark"] or found["b3"]
        if not slashed and not rules.ordinals.dot and not written:
            continue
        month_first = rules.dates.order == "mdy" and slashed is not None
        day, month = (b, a) if month_first else (a, b)
        if month > 12 >= day:
            day, month = month, day
        yield from _atom(text, found, (_full_year(written), month, day), rules)
    for found in _YEARLESS.finditer(text):
        if preceding_word(text, found.start()) in rules.dates.day_cues:
            yield from _atom(text, found, (None, *_month_and_day(found, rules)), rules)


def _month_and_day(found: re.Match[str], rules: Rules) -> tuple[int, int]:
    first, second = int(found["a"]), int(found["b"])
    month, day = (first, second) if rules.dates.order == "mdy" else (second, first)
    return (day, month) if month > 12 >= day else (month, day)


def _full_year(written: str | None) -> int | None:
    if not written:
        return None
    value = int(written)
    if len(written) > 2:
        return value
    return value + (2000 if value < _CENTURY_TURN else 1900)


def _atom(
    text: str, found: re.Match[str], ymd: tuple[int | None, int, int], rules: Rules
) -> Iterator[Atom]:
    number, month, day = ymd
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return
    dates = rules.dates
    if number is None:
        template = dates.month_day if dates.order == "mdy" else dates.day_month
    else:
        template = (dates.month_first or dates.full) if dates.order == "mdy" else dates.full
    before = preceding_word(text, found.start())
    end = found.end() if number is None else _behind(text, found.end(), rules)
    if number is None and text[end - 1] == "." and ends_sentence(text, end):
        end -= 1
    words = _filled(template, (number, month, day), before, rules)
    yield Atom(found.start(), end, AtomKind.DATE, words)


def _filled(
    template: str, ymd: tuple[int | None, int, int | None], before: str, rules: Rules
) -> str:
    number, month, day = ymd
    words = template.format(
        day=_day(day, before, rules) if day else "",
        month=rules.dates.months[month - 1][0],
        year=year(number, rules, rules.dates.year_form) if number is not None else "",
    )
    first, _, rest = words.partition(" ")
    return rest if first.casefold() == before else words


def _day(day: int, before: str, rules: Rules) -> str:
    if day == 1 and rules.dates.first_day and before != "'":
        return rules.dates.first_day
    if isinstance(rules.dates.days, tuple):
        return rules.dates.days[day - 1]
    if rules.dates.days == "cardinal":
        return cardinal(day, rules)
    usual = rules.dates.day_form or rules.ordinals.lead.get(before, "")
    return ordinal(day, rules, rules.dates.day_lead.get(before, usual))


def _behind(text: str, end: int, rules: Rules) -> int:
    """Where a date ends whose year stands at ``end``, with a noun that the template says."""
    if rules.dates.behind:
        noun = re.compile(rf"{SPACE}{one_of(rules.dates.behind)}{UNBOUND}").match(text, end)
        if noun:
            end = noun.end()
            return end - 1 if text[end - 1] == "." and ends_sentence(text, end) else end
    return end


@lru_cache(maxsize=64)
def _named(rules: Rules) -> re.Pattern[str]:
    full = one_of(month[0] for month in rules.dates.months)
    short = one_of(name for month in rules.dates.months for name in month[1:])
    suffix = rf"{one_of([*rules.ordinals.suffixes, *(['.'] if rules.ordinals.dot else [])])}?"
    between = rf"(?: {one_of(rules.dates.between)}){{0,2}}"

    def until(name: str) -> str:
        return rf"(?: ?[-–] ?(?P<{name}>\d{{1,2}}){suffix})?"

    def number(name: str) -> str:
        return rf"(?:,?{between} (?P<{name}>[12]\d{{3}})(?![\w:]|[.,]\d))?"

    def month(name: str) -> str:
        return rf"(?P<{name}>{full}(?!\w)|{short}(?!\w)\.?)"

    return re.compile(
        rf"(?<![\w.,/-])(?P<d1>\d{{1,2}}){suffix}{until('until1')}{between} {month('m1')}{number('y1')}"
        rf"|(?<!\w){month('m2')}(?:{between} (?P<d2>\d{{1,2}}){suffix}{until('until2')}"
        rf"(?![\w:%]|[.,]\d){number('y2')}|,?{between} (?P<y3>[12]\d{{3}})(?![\w:]|[.,]\d))"
    )


@lru_cache(maxsize=64)
def _month_of(rules: Rules) -> dict[str, int]:
    return {name: i for i, names in enumerate(rules.dates.months, 1) for name in names}


def _with_names(text: str, rules: Rules) -> Iterator[Atom]:
    for found in _named(rules).finditer(text):
        day, until = found["d1"] or found["d2"], found["until1"] or found["until2"]
        written = found["y1"] or found["y2"] or found["y3"]
        if int(day or 1) not in range(1, 32) or int(until or 1) not in range(1, 32):
            continue
        month = _month_of(rules)[(found["m1"] or found["m2"]).removesuffix(".")]
        ymd = (int(written) if written else None, month, int(day) if day else None)
        elided = text[found.start() - 1 : found.start()] in ("'", "’")
        before = "'" if elided else preceding_word(text, found.start())
        if found["d2"] and not written and before in rules.dates.month_cues:
            continue
        words = _filled(_template(found, rules), ymd, before, rules)
        if until:
            first, last = (_day(int(d), before, rules) for d in (day, until))
            words = words.replace(first, f"{first} {rules.words.range} {last}", 1)
        end = _behind(text, found.end(), rules) if written else found.end()
        if text[end - 1] == "." and ends_sentence(text, end):
            end -= 1
        yield Atom(found.start(), end, AtomKind.DATE, words)


def _template(found: re.Match[str], rules: Rules) -> str:
    dates = rules.dates
    if found["y3"]:
        return dates.month_year
    if found["d1"]:
        return dates.full if found["y1"] else dates.day_month
    if found["y2"]:
        return dates.month_first or dates.full
    return dates.month_day


@lru_cache(maxsize=64)
def _years(rules: Rules) -> re.Pattern[str]:
    cues = one_of(rules.years.cues)
    stop = rf"(?!{rules.years.not_before})" if rules.years.not_before else ""
    alone = rf"|(?<![\w.,:/$€£-])(?P<alone>[12]\d{{3}})(?![\w-]|[.,:/]\d){stop}"
    return re.compile(
        rf"(?<!\w){cues} (?P<cued>[12]\d{{3}})(?:(?: ?[-–] ?|(?P<slash>/))(?P<until>[12]\d{{3}}|\d{{2}}))?(?![\w/-]|[.,:]\d)"
        rf"|(?<![\w.,:/-])(?P<from>[12]\d{{3}})(?: ?[-–] ?|(?P<season>/))(?P<to>[12]\d{{3}}|\d{{2}})(?![\w/-]|[.,:]\d)"
        + (alone if rules.years.alone else "|(?P<alone>(?!))"),
        re.IGNORECASE,
    )


def years(text: str, rules: Rules) -> Iterator[Atom]:
    if not rules.years.cues:
        return
    for found in _years(rules).finditer(text):
        group = "cued" if found["cued"] else "from" if found["from"] else "alone"
        first, last = found[group], found["until"] or found["to"]
        if int(first) not in _YEARS or (last and len(last) == 4 and int(last) not in _YEARS):
            continue
        if found["to"] and len(last) == 2 and int(last) != (int(first) + 1) % 100:
            continue
        words = year(int(first), rules)
        if last:
            end = year(int(last), rules) if len(last) == 4 else cardinal(int(last), rules)
            words = (
                f"{words} {end}"
                if found["season"] or found["slash"]
                else f"{words} {rules.words.range} {end}"
            )
        yield Atom(found.start(group), found.end(), AtomKind.YEAR, words)


@lru_cache(maxsize=64)
def _decade(rules: Rules) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\d.,/])(?<!\d-)(?<![^\W\d_])(?:(?P<full>[12]\d{{2}}0)|['’](?P<short>\d0)"
        rf"|{one_of(rules.years.decade_cues)} (?P<cued>[2-9]0))['’]?s{UNBOUND}",
        re.IGNORECASE,
    )


def decades(text: str, rules: Rules) -> Iterator[Atom]:
    """``1990s``, ``'90s``, and ``in her 20s``."""
    if not rules.years.decade:
        return
    for found in _decade(rules).finditer(text):
        written = found["full"]
        value = int(written or found["short"] or found["cued"])
        words = year(value, rules) if written else cardinal(value, rules)
        for old, new in rules.years.decade.items():
            if words.endswith(old):
                words = words.removesuffix(old) + new
                break
        start = found.start("cued") if found["cued"] else found.start()
        yield Atom(start, found.end(), AtomKind.YEAR, words)


@lru_cache(maxsize=64)
def _short_year(rules: Rules) -> re.Pattern[str]:
    cues = one_of([*rules.years.short_cues])
    return re.compile(rf"(?<!\w){cues}[ \u00a0]?(?P<atom>['’](?P<year>\d\d))(?![\w'’])", re.IGNORECASE)  # fmt: skip


def short_years(text: str, rules: Rules) -> Iterator[Atom]:
    """``anni '90`` and ``nel '68``, where the language says them without an ending."""
    if rules.years.short_cues:
        for found in _short_year(rules).finditer(text):
            words = cardinal(int(found["year"]), rules)
            yield Atom(*found.span("atom"), AtomKind.YEAR, words)


@lru_cache(maxsize=64)
def _day_range(rules: Rules) -> re.Pattern[str]:
    days = one_of([*rules.abbreviations.days, *rules.abbreviations.spans])
    return re.compile(rf"(?<!\w)({days})\.? ?[-–] ?({days})(?!\w)(?:\.(?=\W*[^\W\d_A-Z]))?")


def day_ranges(text: str, rules: Rules) -> Iterator[Atom]:
    days = {**rules.abbreviations.days, **rules.abbreviations.spans}
    if days:
        for found in _day_range(rules).finditer(text):
            template = rules.abbreviations.day_range or f"{{first}} {rules.words.range} {{last}}"
            first, last = days[found[1]].split("|"), days[found[2]].split("|")
            words = template.format(first=first[len(first) > 1], last=last[-1])
            yield Atom(found.start(), found.end(), AtomKind.RANGE, words)
