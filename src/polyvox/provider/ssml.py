"""Text and attributes as XML has them. Everything that goes into SSML goes through here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from polyvox.domain.written import Part, Pause, Pronunciation, Style

_NOT_XML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
"""Characters that XML 1.0 forbids or discourages (https://www.w3.org/TR/xml/#charsets)."""


def text(plain: str) -> str:
    """``plain`` as character data."""
    return escape(_NOT_XML.sub(" ", plain))


def with_breaks(parts: Iterable[Part]) -> str:
    """``parts`` of a text (see ``Utterance``), each pause as a ``<break>``, each word of a lexicon as a
    ``<phoneme>``, or a ``<sub>`` where its IPA is not known; of styles SSML knows none."""
    return "".join(map(_part, parts))


def _part(part: Part) -> str:
    if isinstance(part, Pause):
        return f'<break time="{part.ms}ms"/>'
    if isinstance(part, str):
        return text(part)
    return "" if isinstance(part, Style) else _word(part)


def _word(word: Pronunciation) -> str:
    written = text(word.written)
    if word.ipa:
        return f'<phoneme alphabet="ipa" ph={attribute(word.ipa)}>{written}</phoneme>'
    if word.spoken == word.written:
        return written
    return f"<sub alias={attribute(word.spoken)}>{written}</sub>"


def attribute(plain: str) -> str:
    """``plain`` as an attribute's value, with its quotes."""
    return quoteattr(_NOT_XML.sub(" ", plain))
