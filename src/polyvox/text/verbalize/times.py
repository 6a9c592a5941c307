"""Times of day, and ratios and scores, which are written much alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from polyvox.text.verbalize.atoms import Atom, AtomKind
from polyvox.text.verbalize.dates import preceding_word
from polyvox.text.verbalize.matching import SPACE, ends_sentence, one_of
from polyvox.text.verbalize.numbers import Number, cardinal, is_one, noun_for, ordinal
from polyvox.text.verbalize.schema import Rules

_ZONE: Final = re.compile(r" [A-Z]{2,4}(?!\w)")
_OFFSET: Final = re.compile(
    r"(?<!\w)(?:UTC|GMT) ?(?P<sign>[+−-])(?P<hours>\d{1,2})(?::(?P<minutes>\d{2}))?(?!\w|[.,:]\d)"
)
_RATIO: Final = re.compile(r"(?<![\w:.,])(\d{1,3}):(\d{1,3})(?![\w:]|[.,]\d)")

_UNTIL: Final = re.compile(r"(?<!\d)\d{1,2}\.\d{2} ?[-–] ?\Z")


@lru_cache(maxsize=64)
def _pattern(rules: Rules) -> re.Pattern[str]:
    times = rules.times
    halves = rf"(?:[ \u00a0\u202f]?(?P<half{{0}}>{one_of(times.halves)})(?!\w))"
    word = rf"(?:[ \u00a0]?{one_of(times.words)}(?!\w))"
    behind = rf"(?:[ \u00a0]?{one_of([*times.words, *times.behind])}(?!\w))"
    mark = rf"{SPACE}{one_of(times.marks)}{SPACE}"
    clock = r"(?P<hour1>\d{1,2}):(?P<minute1>\d{2})(?::(?P<second>\d{2}))?(?!\d|:\d|[.,]\d)"
    return re.compile(
        rf"(?<![\w:.,])(?:{clock}(?:{halves.format(1)}|{behind}|(?!\w))"
        rf"|(?P<hour2>\d{{1,2}}){halves.format(2)}"
        rf"|(?P<hour3>\d{{1,2}}){mark}(?P<minute3>\d{{2}})(?!\w|[.,:]\d|{SPACE}(?:min|m\b))"
        rf"|(?P<hour4>\d{{1,2}}){word}"
        rf"|(?P<hour5>\d{{1,2}})\.(?P<minute5>\d{{2}})(?![.,:]?\d|{SPACE}[%€$£°])"
        rf"(?:{halves.format(5)}|(?P<named>{behind})|(?!\w)))"
    )


def times(text: str, rules: Rules) -> Iterator[Atom]:
    if not rules.times.full:
        return
    for found in _pattern(rules).finditer(text):
        hour, minute = int(_group(found, "hour")), int(_group(found, "minute") or 0)
        second, half = found["second"], _group(found, "half")
        if hour > 24 or minute > 59 or int(second or 0) > 59 or (half and hour > 12):
            continue
        if found["hour5"] and not _is_dotted(text, found, half, rules):
            continue
        end = found.end()
        if text[end - 1] == "." and ends_sentence(text, end) and not _ZONE.match(text, end):
            end -= 1
        said = _part_of_day(half, hour, rules) if half else ""
        form = rules.times.lead.get(preceding_word(text, found.start()), rules.times.form)
        sec = None if second is None else int(second)
        words = _words(hour, minute, sec, said, form, rules)
        start, words = _contracted(text, found.start(), hour, words, rules)
        yield Atom(start, end, AtomKind.TIME, words)


def _group(found: re.Match[str], name: str) -> str:
    """The group of that name and any number that took part; the names end in the alternative's."""
    groups = found.groupdict()
    return next((value for key, value in groups.items() if value and key[:-1] == name), "")


def _is_dotted(text: str, found: re.Match[str], half: str, rules: Rules) -> bool:
    """Whether ``17.45`` is a time, by the words around it."""
    times = rules.times
    if (times.dotted or times.before) and (half or found["named"]):
        return True
    if times.before and _to(rules).match(text, found.end()):
        return True
    start = found.start()
    until = _UNTIL.search(text, max(0, start - 8), start)
    return preceding_word(text, until.start() if until else start) in times.before


@lru_cache(maxsize=64)
def _to(rules: Rules) -> re.Pattern[str]:
    """What makes ``9.00`` a time before ``-17.30 uur``."""
    words = one_of([*rules.times.words, *rules.times.behind])
    between = one_of(["-", "–", *filter(None, [rules.words.range])])
    return re.compile(rf"{SPACE}{between}{SPACE}\d{{1,2}}\.\d{{2}}[ \u00a0]?{words}(?!\w)")


def _part_of_day(half: str, hour: int, rules: Rules) -> str:
    said = rules.times.halves[half]
    parts = rules.times.parts.get(said)
    return parts[max((at for at in parts if int(at) <= hour), key=int)] if parts else said


def _contracted(text: str, start: int, hour: int, words: str, rules: Rules) -> tuple[int, str]:
    """One o'clock with the word in front of it: "alle 1:30" is "all'una e trenta"."""
    before = preceding_word(text, start)
    contracted = rules.times.contracted.get(before) if hour == 1 else None
    place = start - len(before) - 1
    if contracted is None or text[place:start].casefold() != f"{before} ":
        return start, words
    if text[place].isupper():
        contracted = contracted[0].upper() + contracted[1:]
    return place, contracted + words


def _words(hour: int, minute: int, second: int | None, half: str, form: str, rules: Rules) -> str:
    times = rules.times
    if times.midnight and not half and (hour, minute, second) == (0, 0, None):
        return times.midnight
    if second is not None:
        template = times.seconds + (" {half}" if half else "")
    elif half:
        template = times.half_day_minutes if minute else times.half_day
    elif minute:
        template = times.minutes
    else:
        template = times.hundred if times.hundred and (hour > 12 or hour == 0) else times.full
    zero = f"{times.zero} " if times.zero and 0 < minute < 10 else ""
    return template.format(
        hour=_hour(hour, form, rules),
        hour_noun=_hour_noun(hour, form, rules),
        minute=zero + cardinal(minute, rules, form if times.hours == "cardinal" else ""),
        second="" if second is None else cardinal(second, rules),
        half=half,
    )


def _hour(hour: int, form: str, rules: Rules) -> str:
    if rules.times.hours == "ordinal" and hour:
        return ordinal(hour, rules, form)
    return cardinal(hour, rules, form or rules.times.hour.gender)


def _hour_noun(hour: int, form: str, rules: Rules) -> str:
    if form in rules.times.nouns:
        return rules.times.nouns[form]
    number, noun = Number(str(hour)), rules.times.hour
    if form and rules.times.hours == "cardinal":
        return noun.form("other" if is_one(number, rules) else "many")
    return noun_for(number, noun, rules)


_CLOCK: Final = r"(?P<{0}>\d{{1,2}})[:.](?P<{1}>\d{{2}})"
_SPAN: Final = re.compile(
    rf"(?<![\w:.,]){_CLOCK.format('h1', 'm1')} ?[-–—] ?{_CLOCK.format('h2', 'm2')}(?!\w|[.,:]\d)"
)


def time_spans(text: str, rules: Rules) -> Iterator[Atom]:
    """``9:00–18:00``, where both times stand in another case: "с девяти до восемнадцати"."""
    if not rules.times.span:
        return
    for found in _SPAN.finditer(text):
        h1, m1, h2, m2 = map(int, found.groups())
        if max(h1, h2) > 24 or max(m1, m2) > 59:
            continue
        form = rules.times.span_form
        first, last = (_words(h, m, None, "", form, rules) for h, m in ((h1, m1), (h2, m2)))
        words = rules.times.span.format(first=first, last=last)
        yield Atom(found.start(), found.end(), AtomKind.TIME, words)


def ratios(text: str, rules: Rules) -> Iterator[Atom]:
    """``3:2`` and ``16:9``: what is no time is a score or a ratio."""
    if not rules.words.ratio:
        return
    for found in _RATIO.finditer(text):
        first = cardinal(int(found[1]), rules)
        second = cardinal(int(found[2]), rules, rules.words.ratio_case)
        words = f"{first} {rules.words.ratio} {second}"
        yield Atom(found.start(), found.end(), AtomKind.RANGE, words)


def zones(text: str, rules: Rules) -> Iterator[Atom]:
    """``UTC+2``, ``GMT-5:30``."""
    signs = {"+": rules.words.plus, "-": rules.words.minus, "−": rules.words.minus}
    if not all(signs.values()):
        return
    for found in _OFFSET.finditer(text):
        hours, minutes = int(found["hours"]), int(found["minutes"] or 0)
        words = f" {signs[found['sign']]} {cardinal(hours, rules)}"
        if minutes:
            words += f" {cardinal(minutes, rules)}"
        yield Atom(found.start("sign"), found.end(), AtomKind.TIME, words)
