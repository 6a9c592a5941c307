"""Source text before Markdown is parsed: addresses made short, and plain prose kept from being
taken for markup. What must stay literal is swapped for a noncharacter and put back by ``restore``.
"""

from __future__ import annotations

import re
from typing import Final

from polyvox.text.cleaning.addresses import shortened
from polyvox.text.cleaning.emphasis import products_kept

LESS_THAN: Final = "\ufdd1"
"""Stands for a bracket that opens no tag, until ``restore``."""

_LITERAL: Final = {"<": LESS_THAN, "*": "\ufdd2", "[": "\ufdd3"}
_MAX_BRACKETS: Final = 2_000
"""With more, brackets are literal: looking for their partners would take quadratic time."""

_FOOTNOTE: Final = re.compile(r"\[\^[\w-]{1,20}\]:?")
_DEEP: Final = re.compile(r"^(?:[ \t]*(?:[>*+]|-(?=[ \t]))){20,}", re.M)
"""A line that opens twenty blocks in one another is an ornament, not a structure."""

_NOT_A_DEFINITION: Final = re.compile(
    r"(?<!\])\[(?=[^\]\n]{1,200}\]:(?!\s*<?(?:https?://|www\.|mailto:|/|#)))"
)
_TAG_SHAPE: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)((?:[^<>\"'`]|\"[^\"<]*\"|'[^'<]*')*)>")
_ATTRIBUTES: Final = re.compile(
    r"(?:\s+(?:[\w:@.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+)"
    r"|checked|disabled|hidden|open|required|selected|controls|autoplay|loop|muted|async|defer))*\s*/?"
)
_UNPAIRED_NAMES: Final = "br hr img input wbr p li td th tr dt dd option source col"
_INLINE_NAMES: Final = (
    "a abbr b bdi bdo big cite code del dfn em font i ins kbd label mark q s samp small span strike"
    " strong sub sup time tt u var wbr"
)
_UNPAIRED: Final = frozenset(_UNPAIRED_NAMES.split())
_INLINE: Final = frozenset(_INLINE_NAMES.split())
_HIDDEN: Final = re.compile(
    r"<!--.*?(?P<end>-->|\Z)"
    r"|<(script|style|pre|template|svg|head)\b[^<>]*>.*?(?P<close></\2\s*>|\Z)",
    re.S | re.I,
)
"""What a page does not show; its end is empty where it is missing, and nothing is hidden then."""


def guard(source: str) -> str:
    """``source`` with URLs as their hosts and with everything literal that is no markup."""
    source = _DEEP.sub("", _FOOTNOTE.sub("", source))
    source = _NOT_A_DEFINITION.sub(_LITERAL["["], source)
    source = products_kept(shortened(source), _LITERAL["*"])
    if source.count("[") - source.count("](") > _MAX_BRACKETS:
        source = source.replace("[", _LITERAL["["])
    return _keep_plain_brackets(source)


def restore(text: str) -> str:
    for character, stand_in in _LITERAL.items():
        text = text.replace(stand_in, character)
    return text


def without_tags(html: str) -> str:
    """The text of an HTML block; block elements become paragraphs."""
    shown = _HIDDEN.sub(lambda m: "" if m["end"] or m["close"] else m[0], html)
    return _TAG_SHAPE.sub(lambda m: tag_space(m[2], "\n\n"), shown)


def tag_space(name: str, space: str = " ") -> str:
    """What a dropped tag leaves behind: nothing inside a line, ``space`` between blocks."""
    return "" if name.lower() in _INLINE else space


def _is_half(match: re.Match[str]) -> bool:
    """Whether a tag without a partner touches the text that it would enclose, and nothing else."""
    source, (start, end) = match.string, match.span()
    before, after = source[max(start - 1, 0) : start], source[end : end + 1]
    if match[1]:
        return bool(before.strip()) and not after.isalnum()
    return match[2].lower() in _INLINE and not before.isalnum() and after.isalnum()


def _keep_plain_brackets(source: str) -> str:
    """``a<b and c>d``, ``<name>`` and a lone ``<b>`` are prose, not HTML."""
    shapes = [(m[1], m[2].lower()) for m in _TAG_SHAPE.finditer(source)]
    opened = {name for slash, name in shapes if not slash}
    closed = {name for slash, name in shapes if slash}
    pairs = (opened & closed) | _UNPAIRED

    def keep(match: re.Match[str]) -> str:
        known = match[2].lower() in pairs or _is_half(match)
        is_tag = known and _ATTRIBUTES.fullmatch(match[3])
        is_mail = "@" in match[3] and not match[1]
        return match[0] if is_tag or is_mail else _LITERAL["<"] + match[0][1:]

    return _TAG_SHAPE.sub(keep, source)
