"""What the kinds share: alternations, signs, quantities, and full stops that end a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from polyvox.text.punctuation import CLOSERS
from polyvox.text.verbalize.numbers import Number, number_pattern, spoken
from polyvox.text.verbalize.schema import Rules

FREE: Final = r"(?<![\w.])(?<!\w[,:])"
"""In front of a number: not in a word, nor behind the mark of a longer number."""
UNBOUND: Final = r"(?!\w)"
SPACE: Final = r"[ \u00a0\u202f\u2009]?"
_MINUS: Final = "-−–"
_MARK: Final = re.compile(r"[<>]=|\S")
_NEXT: Final = re.compile(rf"[{re.escape(CLOSERS)}]*(?:\s+[\"'“„«‚(\[]*|$)(?P<next>\w?)")
_WORD_BEFORE: Final = re.compile(r"(?<![^\W\d_])([^\W\d_]+) \Z")
_HYPHENED: Final = re.compile(r"(?<=\d)-(?=[^\W\d_])")
_NOUN_BEHIND: Final = re.compile(r" (?!and |or |in |of |to |for |on |at |with |from |per )[a-z]")
_CLOSED: Final = re.compile(rf"[{re.escape(CLOSERS)}]*\s*\Z")


def one_of(words: Iterable[str]) -> str:
    """Source of a pattern for any of ``words``, the longest first; their spaces may be missing.
    It matches nothing without words.
    """
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    if not ordered:
        return "(?!)"
    return "(?:" + "|".join(re.escape(w).replace("\\ ", SPACE) for w in ordered) + ")"


def ends_sentence(text: str, end: int) -> bool:
    """Whether a full stop just before ``end`` ends its sentence, by what follows."""
    if _CLOSED.match(text, end):
        return True
    following = _NEXT.match(text, end)
    return bool(following and following["next"].isupper())


def sign_pattern(name: str = "sign") -> str:
    """Source of a pattern for what may stand before a number and belongs to it."""
    edge = r"(?<![^\s(\[{\"'“„«‚/:≤≥<>=~≈])"
    return rf"(?P<{name}>(?:[<>]=?|[≤≥≈~]){SPACE}[{_MINUS}+]?|{edge}[{_MINUS}+±])?"


def is_attributive(text: str, start: int, end: int, rules: Rules) -> bool:
    """Whether the measure ``text[start:end]`` describes the noun behind it: ``a 5 km run``, ``5-km``."""
    if not rules.attributive:
        return False
    if _HYPHENED.search(text, start, end):
        return True
    before = _WORD_BEFORE.search(text[max(0, start - 12) : start])
    named = before is not None and before[1].casefold() in rules.attributive
    return named and bool(_NOUN_BEHIND.match(text, end))


def quantity_pattern(rules: Rules, *, number: str = "", suffix: str = "") -> str:
    """Source of a pattern for a number or a range of two; groups ``low`` and ``high`` + suffix."""
    number = number or number_pattern(rules)
    return rf"(?P<low{suffix}>{number})(?:(?P<dash{suffix}>{SPACE}(?:[-–—]|[x×](?=[ \u00a0\d])){SPACE})(?P<high{suffix}>{number}))?"


@lru_cache(maxsize=64)
def _signs(rules: Rules) -> dict[str, str]:
    return {
        "+": rules.words.plus,
        "±": rules.words.plus_minus,
        "~": rules.words.approximately,
        "≈": rules.words.approximately,
        **dict.fromkeys(_MINUS, rules.words.minus),
    }


def signed(sign: str | None, words: str, rules: Rules) -> str:
    """``-`` and "five" → "minus five"."""
    if not sign:
        return words
    named = _signs(rules)
    marks = _MARK.findall(sign)
    return " ".join([*(named.get(c) or rules.operators.get(c) or c for c in marks), words])


def joint(dash: str | None, rules: Rules) -> str:
    """What is said for the mark between two numbers: "to", or "by" in ``3 × 5 m``."""
    by = (dash or "").strip() in ("x", "×")
    return rules.words.by if by else rules.words.range


def quantity(low: Number, high: Number | None, between: str, rules: Rules, gender: str = "") -> str:
    """The words of a number, or of two with a word between them."""
    words = spoken(low, rules, gender)
    if high is None:
        return words
    if rules.words.range_case and between == rules.words.range:
        gender = rules.words.range_case
        words = f"{rules.words.range_from} {spoken(low, rules, gender)}".strip()
    return " ".join(filter(None, (words, between, spoken(high, rules, gender))))
