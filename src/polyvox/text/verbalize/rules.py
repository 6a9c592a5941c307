"""The rules of one language, read from ``tables/<language>.toml``.

**What an author of a table writes.** The sections are the fields of `Rules` in `schema.py`; every one but
``numbers`` (and ``tag``, which is the language's) may be left out, and what is left out is not verbalised. An unknown
key is an error. Words are written as they are spoken: no digits, no symbols, no full stops
(verbalising what was verbalised must change nothing), small initials where they are usual.

- ``numbers``: ``library`` (num2words's code), ``decimal`` and ``group`` (the written marks; white
  space always groups), ``point`` (the word), ``decimals`` = ``digits`` (one by one) or ``number``,
  ``plural`` (the family of CLDR's categories, see `plurals.py`: ``one_other``, ``one_zero``, ``one_below_two``, ``one_few_many``
  (ru, uk), ``polish``, ``czech``, ``other``), ``mend`` (replacements in what the library gives for a cardinal, in
  order; the text has a space at both ends meanwhile), ``mend_ordinal``, ``mend_year``. ``gender`` has a table for
  each gender that changes a number's words: ``alone`` (the number is this word only), ``last`` (its last
  word), ``every`` (each of its words): ``[numbers.gender.f] last = {"один" = "одна", "два" = "две"}``.
- ``agreement``: how a number agrees with a noun of the text itself: ``one``/``many`` (patterns for the next word → its gender, the first that
  fits; "" where it is no noun), ``labels`` ("página 1"), ``lead`` ("las 21"), ``linked`` last words that take ``link``/``link_vowel`` before their
  noun ("un millón de euros", "un million d'habitants").
- A **noun** (units, currencies, hours): ``one``, ``few``, ``many``, ``other`` by CLDR's categories and ``gender``.
  ``other`` is required and serves for the categories that are missing. In Slavic languages decimals count
  as ``other``: write the genitive singular there ("1,5 километра"), and the genitive plural as ``many``.
- ``units``: name → noun with ``symbols``, case as written. A symbol that also is a word ("in") needs
  ``second = true``: it counts only behind another measure ("5 ft 11 in").
- ``scales``: thousand, million, … → noun with ``symbols``. ``money.scaled`` is the template
  (``{number} {scale} {currency}``); the currency then has the category ``money.scaled_form``.
- ``money.currencies``: ISO code → noun with ``symbols`` and ``minor`` (a noun; none for yen). ``money.template``
  has ``{major}``, ``{minor}`` (with their nouns) and ``{cents}`` (the number alone).
- ``times``: templates ``full`` (minute 0; required for times to be read), ``hundred`` (a full hour above 12), ``minutes``, ``seconds``,
  ``half_day`` and ``half_day_minutes`` (with am/pm), of ``{hour}``, ``{hour_noun}``, ``{minute}``, ``{second}``, ``{half}``; the noun ``hour``
  (its gender is the number's, too); ``midnight``; ``zero``: the word before a minute below ten; ``halves``: written → spoken; ``words``:
  what may stand behind a time and is said by the templates ("Uhr"); ``dotted``: ``17.45`` before one of them is a time, and behind one of
  ``before`` ("alle"); ``marks``: "h" in ``18h30``; ``behind``: said by the templates behind minutes; ``parts``: what a half is called from which hour on.
- ``dates``: ``months``: 12 lists; all are read (without full stops, case as written), the first is what is said in a date: the genitive
  where the language asks for it. ``order`` of ``1/2/2024``; ``days`` = ``cardinal``, ``ordinal`` or 31 words in the case that a
  date has ("первого", …); ``first_day`` for day 1 alone ("premier"); templates ``full``, ``month_first``, ``day_month``, ``month_day`` of {day}
  {month} {year}. A template's first word is dropped where it stands in front of the date already. ``between``: "of", "de".
- ``years``: ``reading`` = ``library`` (num2words's ``year``) or ``cardinal``; ``cues``: words before a year; ``alone``: four digits without a cue
  are one, too, unless ``not_before`` (a pattern) follows; ``decade``: endings, ``decade_cues``. For languages whose years are cardinals
  only ``cues`` matter, and those only for ranges.
- ``ordinals``: ``suffixes`` (written → form, "º" → "m"), ``dot`` = true (German "3."), ``forms`` (form → replacements of the library's ending,
  the first that fits), ``form`` (the usual one), ``lead`` (preceding word → form). ``roman_m``/``roman_f`` are the forms for rulers.
- ``words`` as `Words` lists them: ``range`` ("to"), ``by`` ("3 × 5 m"), ``per`` ("$4/gal"), ``ratio`` ("3:2"), ``number`` ("#1"), ``dot`` (versions), ``power`` ("to the
  power of"), ``squared``, … ``operators``: symbol → words. An empty word leaves its kind unread.
- ``fractions``: ``plain``: "1/2" → words, "n/3" → the noun behind any other numerator; ``mixed`` for those behind a whole number,
  ``agreeing``, ``trailed`` and ``trailing`` ("dos horas y media") by the gender of the noun behind; joined by ``join`` (``{whole} {part}``) unless one is a template with ``{whole}`` itself.
- ``abbreviations`` (written, with their full stops; a space in one may be missing): ``titles`` and ``leading`` (never at a sentence's
  end), ``numbered`` (only before a number), ``open`` (may end a sentence: their full stop then stays), ``saint`` ("St." → "Saint|Street"),
  ``days`` (without full stops, also for "Mon–Fri"), ``spans`` (day names that are words, too: only in ranges), ``starters`` (lower case: words that begin sentences, so that "Plan B. Then" is no name).
- ``roman``: ``nouns`` (a cardinal behind them), ``names`` (gender → rulers), ``ordinal`` (gender → template), ``dot`` ("Ludwig XIV. war"),
  ``cardinal_from`` ("Luis XIV" is *catorce*), ``suffixes`` ("XXe"), ``before`` ("XX secolo"), ``ordered`` ("siglo V"), ``joins`` ("siglos XVI y XVII").
- ``phrases`` (any case), ``interjections`` (pattern → spoken: something that espeak-ng can say), ``stutters``, ``cues.digits`` (words before an
  identifier), ``locale``: a tag → what differs there, in any section; or the name of another tag of the table.

Every table has its cases in ``tests/data/read_aloud/<language>.tsv``, at least 15.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from polyvox.text.punctuation import base_language
from polyvox.text.verbalize.schema import Numbers, Rules

_LIBRARY_ONLY: Final = frozenset(
    [
        "ar",
        "az",
        "be",
        "ca",
        "cy",
        "da",
        "eo",
        "fa",
        "fi",
        "he",
        "hu",
        "id",
        "is",
        "ja",
        "kn",
        "ko",
        "kz",
        "lt",
        "lv",
        "no",
        "ro",
        "sk",
        "sl",
        "sr",
        "te",
        "tg",
        "th",
        "vi",
    ]
)
"""Languages whose numbers the library knows and that have no table: numbers only."""
_LIBRARY_CODE: Final = {"kk": "kz", "nb": "no", "nn": "no"}


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
        if isinstance(value, dict) and isinstance(under, dict):
            merged[key] = _merged(under, value)
        else:
            merged[key] = value
    return merged
