"""Addresses, file names and other tokens with dots inside: one atom each, read as written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from polyvox.text.verbalize.atoms import Atom, AtomKind
from polyvox.text.verbalize.schema import Rules

_END: Final = r"(?<![.,;:!?)\]}\"'’”»…])"
_ADDRESS: Final = re.compile(
    rf"(?<!\w)(?:(?:https?://|ftp://|file://|www\.)[^\s<>]+{_END}"
    rf"|[\w.+-]{{1,64}}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,5}}"
    rf"|\.{{1,2}}/[\w./-]{{1,200}}{_END}"
    rf"|\.[A-Za-z]{{2,12}}(?!\w)"
    rf"|(?=[\w-]{{0,62}}[^\W\d])[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,4}}\.(?:[a-z]{{2,12}}|[A-Z]{{2,12}})(?![\w])(?:/[^\s<>]*{_END})?)"
)
_ABBREVIATED: Final = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}")
"""``e.g``, ``p.m``: what only looks like the name of a host."""


def addresses(text: str, rules: Rules) -> Iterator[Atom]:
    for found in _ADDRESS.finditer(text):
        token = found.group()
        if not _ABBREVIATED.fullmatch(token) and token not in rules.abbreviations.written:
            yield Atom(found.start(), found.end(), AtomKind.ADDRESS, token.replace("_", " "))
