"""Marks that no kind took and that a voice would name: of programs, of tags, of emphasis."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from polyvox.text.verbalize.atoms import Atom, AtomKind
from polyvox.text.verbalize.schema import Rules

_TAG: Final = re.compile(
    r"(?P<open> ?[*_`]*<[|/!?]?/?)(?=[^\W\d])[^<>\n]{1,200}?"
    r"(?P<close>[ ]?[|/?]?>[*_`]* ?(?P<mark>[.,;:!?)\]]?))"
)
_ARROW: Final = re.compile(
    r"(?<=[\w)\"'”’]) ?(?:[-=]{1,2}>|[→⇒➔➜➞⟶⮕▶►»›]) ?(?=[\w(\"'“‘])|(?<=\w) > (?=[^\W\d_])"
)
"""From one thing to the next (``Settings → Privacy``): a short pause, not a name."""
_MARKS: Final = re.compile(r" ?[*_`]+ ?(?P<mark>[.,;:!?)\]]?)")


def symbols(text: str, _rules: Rules | None) -> Iterator[Atom]:
    """The brackets of ``<div>`` and ``<|end|>``, and stars, underscores and backticks: a space each,
    so that the words between them are left.
    """
    for found in _TAG.finditer(text):
        yield Atom(*found.span("open"), AtomKind.SYMBOL, " ")
        yield Atom(*found.span("close"), AtomKind.SYMBOL, found["mark"] or " ")
    for found in _ARROW.finditer(text):
        yield Atom(found.start(), found.end(), AtomKind.SYMBOL, ", ")
    for found in _MARKS.finditer(text):
        yield Atom(found.start(), found.end(), AtomKind.SYMBOL, found["mark"] or " ")
