"""What a language's table may hold; `rules.py` tells what each part means."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import BaseModel

from polyvox.text.verbalize.nouns import Currency, Gender, Noun, Numbers, Table

__all__ = ["Currency", "Gender", "Noun", "Numbers", "Rules", "Table"]


class _Table(Table, BaseModel):
    """Known to the checks as a model, in this file too."""


class Agreement(_Table):
    """How a number agrees with a noun that the text itself has behind it."""

    one: dict[str, str] = {}
    """Patterns for the next word → its gender behind 1, the first that fits; "" where it is no noun."""
    many: dict[str, str] = {}
    labels: tuple[str, ...] = ()
    """Nouns whose number is a name: "página 1 explica"."""
    lead: dict[str, str] = {}
    """Words before a number → the gender that they show ("las 21")."""
    linked: tuple[str, ...] = ()
    """Last words of a number that a noun is linked to by ``link`` ("un millón de euros")."""
    link: str = ""
    link_vowel: str = ""


class Words(_Table):
    range: str = ""
    range_from: str = ""
    """In front of a range ("от пяти до десяти")."""
    range_case: str = ""
    """The ``numbers.gender`` of both numbers of a range; their noun then has the form ``many``."""
    ratio_case: str = ""
    """The ``numbers.gender`` of the second number of a ratio ("trzy do dwóch")."""
    by: str = ""
    per: str = ""
    ratio: str = ""
    minus: str = ""
    plus: str = ""
    plus_minus: str = ""
    approximately: str = ""
    number: str = ""
    over: str = ""
    out_of: str = ""
    of: str = ""
    """Between the two numbers of ``page 1/10``."""
    dot: str = ""
    power: str = ""
    squared: str = ""
    cubed: str = ""


class Money(_Table):
    template: str = "{major} {minor}"
    scaled: str = "{number} {scale} {currency}"
    scaled_form: str = "other"
    currencies: dict[str, Currency] = {}


class Times(_Table):
    full: str = ""
    minutes: str = "{hour} {minute}"
    seconds: str = "{hour} {minute} {second}"
    half_day: str = ""
    half_day_minutes: str = ""
    midnight: str = ""
    parts: dict[str, dict[str, str]] = {}
    """A half of the day → from which hour on it is called what ("de la tarde", "de la noche")."""
    marks: tuple[str, ...] = ()
    """What stands between hour and minute beside the colon: the "h" of ``18h30``."""
    before: tuple[str, ...] = ()
    """Words in front of which ``18.30`` is a time."""
    behind: tuple[str, ...] = ()
    """Words behind a time with minutes that are said by the templates."""
    contracted: dict[str, str] = {}
    """Words before one o'clock → what they become ("alle" → "all'")."""
    hours: Literal["cardinal", "ordinal"] = "cardinal"
    form: str = ""
    """The usual form of hours that are ordinals ("siedemnasta"); another by ``lead``."""
    lead: dict[str, str] = {}
    span: str = ""
    """For ``9:00–18:00``, of {first} and {last}, whose hours have the form ``span_form``."""
    span_form: str = ""
    nouns: dict[str, str] = {}
    """Forms of hours that are ordinals → the noun behind a full hour."""
    hundred: str = ""
    """For a full hour of the 24 hour clock; ``full`` where it is empty."""
    halves: dict[str, str] = {}
    zero: str = ""
    hour: Noun = Noun(other="")
    words: tuple[str, ...] = ()
    dotted: bool = False
    """Whether ``17.45`` before one of ``words`` is a time."""


class Dates(_Table):
    months: tuple[tuple[str, ...], ...] = ()
    order: Literal["dmy", "mdy", "ymd"] = "dmy"
    days: Literal["cardinal", "ordinal"] | tuple[str, ...] = "cardinal"
    first_day: str = ""
    day_form: str = ""
    """The form of days that are ordinals; ``day_lead``: preceding word ("" for none) → another one."""
    day_lead: dict[str, str] = {}
    year_form: str = ""
    behind: tuple[str, ...] = ()
    """What may stand behind a date's year and is said by the template ("года")."""
    full: str = "{day} {month} {year}"
    month_first: str = ""
    """For a date that is written month first; ``full`` where it is empty."""
    day_month: str = "{day} {month}"
    month_day: str = "{month} {day}"
    month_year: str = "{month} {year}"
    between: tuple[str, ...] = ()
    """Words that may stand between day, month and year ("of")."""
    month_cues: tuple[str, ...] = ()
    """Words before a month alone: no day is ``In March 20 people came``."""
    day_cues: tuple[str, ...] = ()
    """Words before a day without its year: ``on 5/12`` is no fraction."""


class Years(_Table):
    reading: Literal["library", "cardinal", "hundreds", "ordinal"] = "cardinal"
    hundreds: str = ""
    """Between the two halves of a year before 2000 ("nitton", "hundra", "nittio")."""
    form: str = ""
    nouns: dict[str, str] = {}
    """Nouns behind a year that is an ordinal → its form ("году")."""
    short: dict[str, dict[str, str]] = {}
    """Abbreviations of ``nouns`` → preceding word ("" for any) → which of them is said."""
    lead: dict[str, str] = {}
    """Words before a year without a noun → its form."""
    span: str = ""
    """For ``1941–1945``, of {first} and {last}; ``span_forms`` are their forms."""
    span_forms: tuple[str, str] = ("", "")
    cues: tuple[str, ...] = ()
    alone: bool = False
    """Whether four digits without a cue are a year unless a noun follows."""
    not_before: str = ""
    """A pattern for what follows a number that is no year."""
    decade: dict[str, str] = {}
    """Endings of a year in words → of its decade ("y" → "ies"), for ``1920s`` and ``'20s``."""
    short_cues: tuple[str, ...] = ()
    """Words before a year or decade without its century ("anni '90")."""
    decade_cues: tuple[str, ...] = ()
    """Words before a decade without its century ("her 20s"), which else were seconds."""


class Ordinals(_Table):
    suffixes: dict[str, str] = {}
    dot: bool = False
    dot_anywhere: bool = False
    """Whether the dot makes an ordinal before any word in small letters, not only behind ``lead``."""
    nouns: dict[str, str] = {}
    """Patterns for the word behind a dotted ordinal → its form."""
    words: dict[str, str] = {}
    """Cardinal → ordinal, word by word, where the library has no ordinals."""
    tens: dict[str, str] = {}
    """Suffixes → the form behind whole tens, as of a decade ("90-е")."""
    every: bool = False
    """Whether tens change as ones do ("dwudziestego czwartego")."""
    form: str = ""
    forms: dict[str, dict[str, str]] = {}
    apocope: dict[str, str] = {}
    """Forms that are another one before their noun ("1º" → "primer piso")."""
    lead: dict[str, str] = {}


class Fractions(_Table):
    plain: dict[str, str] = {}
    mixed: dict[str, str] = {}
    agreeing: dict[str, dict[str, str]] = {}
    """Gender of the noun behind → fractions that agree with it ("media taza")."""
    unit: str = "one"
    """The category of a unit behind a fraction."""
    link: str = ""
    """Between a fraction and a unit that it does not agree with ("tres cuartos de litro")."""
    link_vowel: str = ""
    trailed: dict[str, dict[str, str]] = {}
    """Gender of the noun → fractions behind it ("dos horas y media")."""
    trailing: str = ""
    """For a whole number and a part around their noun: ``{whole} {noun} y {part}``."""
    join: str = "{whole} {part}"


class Abbreviations(_Table):
    titles: dict[str, str] = {}
    leading: dict[str, str] = {}
    numbered: dict[str, str] = {}
    open: dict[str, str] = {}
    days: dict[str, str] = {}
    day_range: str = ""
    """For ``Mon–Fri``, of {first} and {last}; a day may have its forms there ("среда|среды|среду")."""
    spans: dict[str, str] = {}
    """Short names of days that are words, too ("zo"): they are days in a range alone ("ma-zo")."""
    starters: tuple[str, ...] = ()
    saint: dict[str, str] = {}
    """Abbreviations that are a title before a name and another word behind one ("St.")."""

    @cached_property
    def written(self) -> frozenset[str]:
        """All of them as written, also without their last full stop."""
        groups = (self.titles, self.leading, self.numbered, self.open, self.saint)
        names = [name for group in groups for name in group]
        names += [name[0].upper() + name[1:] for name in names]
        return frozenset([*names, *(name.removesuffix(".") for name in names)])


class Roman(_Table):
    nouns: tuple[str, ...] = ()
    names: dict[str, tuple[str, ...]] = {}
    ordinal: dict[str, str] = {}
    dot: bool = False
    cardinal_from: int = 0
    """Numerals from this one on are cardinals behind a name, too ("Luis XIV"); 0 for none."""
    suffixes: dict[str, str] = {}
    """Endings of a numeral that make it an ordinal → its form ("XXe")."""
    before: dict[str, str] = {}
    """Nouns that a numeral stands before → the form of its ordinal ("XX secolo")."""
    ordered: dict[str, str] = {}
    """Nouns that a numeral stands behind as an ordinal → its form ("siglo V")."""
    joins: tuple[str, ...] = ()
    """Words between two numerals of one noun ("siglos XVI y XVII")."""
    lower: bool = False


class Cues(_Table):
    digits: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    """Words between a cue and its digits ("es el")."""
    counted: tuple[str, ...] = ()
    """Words before ``1/10`` that make it the first of ten."""


class Rules(_Table):
    """One language's rules. Two are equal where their ``tag`` is."""

    tag: str
    numbers: Numbers
    agreement: Agreement = Agreement()
    words: Words = Words()
    operators: dict[str, str] = {}
    units: dict[str, Noun] = {}
    scales: dict[str, Noun] = {}
    money: Money = Money()
    times: Times = Times()
    dates: Dates = Dates()
    years: Years = Years()
    ordinals: Ordinals = Ordinals()
    fractions: Fractions = Fractions()
    abbreviations: Abbreviations = Abbreviations()
    roman: Roman = Roman()
    phrases: dict[str, str] = {}
    interjections: dict[str, str] = {}
    stutters: bool = False
    attributive: tuple[str, ...] = ()
    """Words that make the measure behind them an adjective, with its unit in the singular: ``a 5 km run``."""
    not_stutters: tuple[str, ...] = ()
    cues: Cues = Cues()

    def __hash__(self) -> int:
        return hash(self.tag)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rules) and self.tag == other.tag
