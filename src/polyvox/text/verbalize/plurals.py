"""Which form of a noun stands behind a number: CLDR's plural categories."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final


def _one_other(n: int) -> str:
    return "one" if n == 1 else "other"


def _one_zero(n: int) -> str:
    return "one" if n in (0, 1) else "other"


def _one_few_many(n: int) -> str:
    if n % 10 == 1 and n % 100 != 11:
        return "one"
    return "few" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else "many"


def _polish(n: int) -> str:
    if n == 1:
        return "one"
    return "few" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else "many"


def _czech(n: int) -> str:
    if n == 1:
        return "one"
    return "few" if n in (2, 3, 4) else "many"


_FAMILIES: Final[dict[str, Callable[[int], str]]] = {
    "one_other": _one_other,
    "one_zero": _one_zero,
    "one_below_two": _one_other,
    "one_few_many": _one_few_many,
    "polish": _polish,
    "czech": _czech,
    "other": lambda n: "other",
}

_WHOLE_PART: Final = frozenset({"one_zero", "one_below_two"})
"""Families in which the whole part decides about a number with decimals ("1,5 million")."""


def category(family: str, value: int, *, fraction: bool) -> str:
    """``one``, ``few``, ``many`` or ``other``; a number with a decimal part is ``other``,
    but in French and its like the whole part decides ("1,5 million").
    """
    if fraction and family in _WHOLE_PART:
        return "one" if value < 2 else "other"
    if fraction:
        return "other"
    return _FAMILIES[family](value)
