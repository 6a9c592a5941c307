"""The rules of one language, read from ``tables/<language>.toml``.

**What an author of a table writes.** The sections are the fields of `Rules` below; every one but
``numbers`` may be left out, and what is left out is not verbalised (a number still is). An unknown
key is an error. Words are written as they are spoken: no digits, no symbols, no full stops
(verbalising what was verbalised must change nothing), small initials where they are usual.

- ``numbers``: ``library`` (num2words's code), ``decimal`` and ``group`` (the written marks; white
  space always groups), ``point`` (the word), ``decimals`` = ``digits`` (one by one) or ``number``,
  ``plural`` (the family of CLDR's categories, see `plurals.py`: ``one_other``, ``one_zero``, ``one_few_many``
  (ru, uk), ``polish``, ``czech``, ``other``), ``mend`` (replacements in what the library gives for a cardinal, in
  order; the text has a space at both ends meanwhile), ``mend_ordinal``, ``mend_year``. ``gender`` has a table for
  each gender that changes a number's words: ``alone`` (the number is this word only), ``last`` (its last
  word), ``every`` (each of its words): ``[numbers.gender.f] last = {"один" = "одна", "два" = "две"}``.
- A **noun** (units, currencies, hours): ``one``, ``few``, ``many``, ``other`` by CLDR's categories and ``gender``.
  ``other`` is required and serves for the categories that are missing. In Slavic languages decimals count
  as ``other``: write the genitive singular there ("1,5 километра"), and the genitive plural as ``many``.
- ``units``: name → noun with ``symbols``, case as written. A symbol that also is a word ("in") needs
  ``second = true``: it counts only behind another measure ("5 ft 11 in").
- ``scales``: thousand, million, … → noun with ``symbols``. ``money.scaled`` is the template
  (``{number} {scale} {currency}``); the currency then has the category ``money.scaled_form``.
- ``money.currencies``: ISO code → noun with ``symbols`` and ``minor`` (a noun; none for yen). ``money.template``
  has ``{major}``, ``{minor}`` (with their nouns) and ``{cents}`` (the number alone).
- ``times``: templates ``full`` (minute 0), ``minutes``, ``seconds``, ``half_day`` (with am/pm and minute 0),
  ``half_day_minutes``, with ``{hour}``, ``{hour_noun}``, ``{minute}``, ``{second}``, ``{half}``; nouns ``hour``; ``zero``: the word before a
  minute below ten; ``words``: what may stand behind a time and is said by it already ("Uhr").
- ``dates``: ``months`` (12 lists: the first is spoken inside a date (genitive where the language asks for it),
  all are read, without their full stops), ``order`` (dmy, mdy, ymd), ``days`` = ``cardinal``, ``ordinal`` or a list of 31 words in the
  case of a date; templates ``full`` ({day} {month} {year}), ``day_month``, ``month_day``, ``month_year``… A template's
  first word is dropped where it stands in front already. ``first_day`` overrides day 1 ("premier").
- ``years``: ``reading`` = ``library`` or ``cardinal``; ``cues`` (words before a year), ``decades``: templates.
- ``ordinals``: ``suffixes`` (written → form), ``dot`` = true (German "3."), ``forms`` (form → replacements at the word's
  end), ``lead`` (preceding word → form), ``form`` (the one without such a word).
- ``words``: range, by (of 3 × 5 m), ratio, minus, plus, plus_minus, approximately, number, over, out_of, dot, power, squared, cubed, area, … as
  `Words` lists them. Operators by their symbol in ``operators``.
- ``fractions``: "1/2" → words; ``mixed`` for those behind a whole number, joined by
  ``join`` (``{whole} {part}``) unless one is a template with ``{whole}`` itself.
- ``abbreviations``: ``titles`` and ``leading`` (never at a sentence's end), ``numbered`` (only before a number), ``open`` (may end a
  sentence), ``days`` (also for ranges "Mon–Fri"), ``starters`` (words that begin sentences, not names).
- ``roman``: ``nouns`` (cardinal behind them), ``names`` (gender → regnal names), ``ordinal`` (gender → template).
- ``phrases``, ``interjections`` (pattern of single letters with ``+`` → spoken), ``cues.digits`` (words before an identifier).
- ``locale``: a tag → what differs there, any section; or the name of another tag of the table.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from polyvox.text.punctuation import base_language

_LIBRARY_ONLY: Final = frozenset(
    ["ar", "az", "be", "ca", "cy", "da", "eo", "fa", "fi", "he", "hu", "id", "is", "ja", "kn", "ko", "kz", "lt", "lv", "no", "ro", "sk", "sl", "sr", "te", "tg", "th", "vi"]
)
"""Languages whose numbers the library knows and that have no table: numbers only."""
_LIBRARY_CODE: Final = {"kk": "kz", "nb": "no", "nn": "no"}


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Noun(_Table):
    other: str
    one: str = ""
    few: str = ""
    many: str = ""
    gender: str = ""
    symbols: tuple[str, ...] = ()
    second: bool = False

    def form(self, category: str) -> str:
        return getattr(self, category, "") or self.other


class Currency(Noun):
    minor: Noun | None = None


class Gender(_Table):
    alone: dict[str, str] = {}
    last: dict[str, str] = {}
    every: dict[str, str] = {}


class Numbers(_Table):
    library: str
    decimal: str = "."
    group: str = ","
    point: str = "point"
    decimals: Literal["digits", "number"] = "digits"
    plural: str = "one_other"
    mend: dict[str, str] = {}
    mend_ordinal: dict[str, str] = {}
    mend_year: dict[str, str] = {}
    gender: dict[str, Gender] = {}


class Words(_Table):
    range: str = ""
    by: str = ""
    ratio: str = ""
    minus: str = ""
    plus: str = ""
    plus_minus: str = ""
    approximately: str = ""
    number: str = ""
    over: str = ""
    out_of: str = ""
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
    full: str = "{day} {month} {year}"
    month_first: str = ""
    """For a date that is written month first; ``full`` where it is empty."""
    day_month: str = "{day} {month}"
    month_day: str = "{month} {day}"
    between: tuple[str, ...] = ()
    """Words that may stand between day, month and year ("of")."""


class Years(_Table):
    reading: Literal["library", "cardinal"] = "cardinal"
    cues: tuple[str, ...] = ()
    alone: bool = False
    """Whether four digits without a cue are a year unless a noun follows."""
    not_before: str = ""
    """A pattern for what follows a number that is no year."""
    decade: dict[str, str] = {}
    """Endings of a year in words → of its decade ("y" → "ies"), for ``1920s`` and ``'20s``."""
    decade_cues: tuple[str, ...] = ()
    """Words before a decade without its century ("her 20s"), which else were seconds."""


class Ordinals(_Table):
    suffixes: dict[str, str] = {}
    dot: bool = False
    form: str = ""
    forms: dict[str, dict[str, str]] = {}
    lead: dict[str, str] = {}


class Fractions(_Table):
    plain: dict[str, str] = {}
    mixed: dict[str, str] = {}
    join: str = "{whole} {part}"


class Abbreviations(_Table):
    titles: dict[str, str] = {}
    leading: dict[str, str] = {}
    numbered: dict[str, str] = {}
    open: dict[str, str] = {}
    days: dict[str, str] = {}
    starters: tuple[str, ...] = ()
    saint: dict[str, str] = {}
    """Abbreviations that are a title before a name and another word behind one ("St.")."""


class Roman(_Table):
    nouns: tuple[str, ...] = ()
    names: dict[str, tuple[str, ...]] = {}
    ordinal: dict[str, str] = {}
    dot: bool = False


class Cues(_Table):
    digits: tuple[str, ...] = ()


class Rules(_Table):
    """One language's rules. Two are equal where their ``tag`` is."""

    tag: str
    numbers: Numbers
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
    not_stutters: tuple[str, ...] = ()
    letters: dict[str, str] = Field(default_factory=dict)
    cues: Cues = Cues()

    def __hash__(self) -> int:
        return hash(self.tag)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rules) and self.tag == other.tag


@lru_cache(maxsize=256)
def rules_for(language: str) -> Rules | None:
    """The rules for a tag such as ``en-GB``; None where nothing of it is known."""
    base = base_language(language)
    tag = language.replace("_", "-")
    table = resources.files(__package__) / "tables" / f"{base}.toml"
    if base.isalpha() and table.is_file():
        return _read(table.read_text(encoding="utf-8"), tag)
    library = _LIBRARY_CODE.get(base, base)
    if library in _LIBRARY_ONLY:
        return Rules(tag=tag, numbers=Numbers(library=library, point="", plural="other"))
    return None


def _read(text: str, tag: str) -> Rules:
    table = tomllib.loads(text)
    locales = {name.casefold(): value for name, value in table.pop("locale", {}).items()}
    wanted = locales.get(tag.casefold(), {})
    if isinstance(wanted, str):
        wanted = locales[wanted.casefold()]
    return Rules.model_validate({"tag": tag, **_merged(table, wanted)})


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        both = isinstance(value, dict) and isinstance(under, dict)
        merged[key] = _merged(under, value) if both else value
    return merged
