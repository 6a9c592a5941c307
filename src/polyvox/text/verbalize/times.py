"""Times of day, and ratios and scores, which are written much alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from polyvox.text.verbalize.atoms import Atom, AtomKind
from polyvox.text.verbalize.matching import ends_sentence, one_of
from polyvox.text.verbalize.numbers import Number, cardinal, noun_for
from polyvox.text.verbalize.schema import Rules

_ZONE: Final = re.compile(r" [A-Z]{2,4}(?!\w)")
_OFFSET: Final = re.compile(
    r"(?<!\w)(?:UTC|GMT) ?(?P<sign>[+−-])(?P<hours>\d{1,2})(?::(?P<minutes>\d{2}))?(?!\w|[.,:]\d)"
)
_RATIO: Final = re.compile(r"(?<![\w:.,])(\d{1,3}):(\d{1,3})(?![\w:]|[.,]\d)")


@lru_cache(maxsize=64)
def _pattern(rules: Rules) -> re.Pattern[str]:
    halves = one_of(rules.times.halves)
    half = (
        rf"(?:[ \u00a0\u202f]?(?P<half>{halves})(?!\w))" if rules.times.halves else "(?P<half>(?!))"
    )
    word = rf"(?:[ \u00a0]?{one_of(rules.times.words)}(?!\w))" if rules.times.words else "(?!)"
    dotted = (
        rf"|(?P<hour3>\d{{1,2}})\.(?P<minute3>\d{{2}}){word}"
        if rules.times.dotted
        else "|(?P<hour3>(?!))(?P<minute3>)"
    )
    return re.compile(
        r"(?<![\w:.,])(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?!\d|:\d|[.,]\d)"
        rf"(?:{half}|{word}|(?!\w))|(?P<hour2>\d{{1,2}}){half.replace('P<half>', 'P<half2>')}"
        rf"|(?P<hour4>\d{{1,2}}){word}{dotted})"
    )


def times(text: str, rules: Rules) -> Iterator[Atom]:
    if not rules.times.full:
        return
    for found in _pattern(rules).finditer(text):
        hour = int(next(filter(None, map(found.group, ("hour", "hour2", "hour3", "hour4")))))
        minute, second = int(found["minute"] or found["minute3"] or 0), found["second"]
        half = found["half"] or found["half2"]
        if hour > 24 or minute > 59 or int(second or 0) > 59 or (half and hour > 12):
            continue
        end = found.end()
        if half and half.endswith(".") and ends_sentence(text, end) and not _ZONE.match(text, end):
            end -= 1
        said = rules.times.halves[half] if half else ""
        words = _words(hour, minute, None if second is None else int(second), said, rules)
        yield Atom(found.start(), end, AtomKind.TIME, words)


def _words(hour: int, minute: int, second: int | None, half: str, rules: Rules) -> str:
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
        hour=cardinal(hour, rules, times.hour.gender),
        hour_noun=noun_for(Number(str(hour)), times.hour, rules),
        minute=zero + cardinal(minute, rules),
        second="" if second is None else cardinal(second, rules),
        half=half,
    )


def ratios(text: str, rules: Rules) -> Iterator[Atom]:
    """``3:2`` and ``16:9``: what is no time is a score or a ratio."""
    if not rules.words.ratio:
        return
    for found in _RATIO.finditer(text):
        first, second = (cardinal(int(n), rules) for n in found.groups())
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
