"""Text and attributes as XML has them. Everything that goes into SSML goes through here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from polyvox.domain.written import Part, Pause

_NOT_XML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
"""Characters that XML 1.0 forbids or discourages (https://www.w3.org/TR/xml/#charsets)."""


def text(plain: str) -> str:
    """``plain`` as character data."""
    return escape(_NOT_XML.sub(" ", plain))


def with_breaks(parts: Iterable[Part]) -> str:
    """``parts`` of a text (see ``Utterance``), each pause as a ``<break>``; of styles SSML knows none."""
    return "".join(map(_said, parts))


def _said(part: Part) -> str:
    if isinstance(part, Pause):
        return f'<break time="{part.ms}ms"/>'
    return text(part) if isinstance(part, str) else ""


def attribute(plain: str) -> str:
    """``plain`` as an attribute's value, with its quotes."""
    return quoteattr(_NOT_XML.sub(" ", plain))
