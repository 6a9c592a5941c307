"""Text as people and models write it, made into text that can be read aloud.

Markdown is read as its content: headings, list items and table rows end as sentences, link texts,
image descriptions and inline code stay, fenced code and link targets go. Emoji, HTML tags and
invisible characters go, a URL becomes its host. Plain prose keeps every word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from polyvox.text.characters import is_speakable, tidy
from polyvox.text.markup import guard, restore, tag_space, without_tags
from polyvox.text.punctuation import comma, full_stop, is_ended

__all__ = ["NORMALISER_VERSION", "is_speakable", "speakable"]

NORMALISER_VERSION: Final = "1"
"""Part of cache keys: raised whenever the same text would be cleaned differently."""

_MAX_NESTING: Final = 100
_TASK_BOX: Final = re.compile(r"^\[[ xX]\]\s+")
_TAG_NAME: Final = re.compile(r"</?(\w+)")


def _parser(*, html: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": html, "maxNesting": _MAX_NESTING})
    # Four spaces are how prose is indented, not code that could be left out.
    return parser.enable(["table", "strikethrough"]).disable("code")


_WITH_HTML: Final = _parser(html=True)
_WITHOUT_HTML: Final = _parser(html=False)


def speakable(text: str, language: str) -> str:
    """What to say of ``text``: one line per paragraph, heading, list item or table row.

    Punctuation that is added follows ``language`` (BCP 47). "" when there is nothing to say.
    """
    blocks = _blocks(guard(text), language)
    lines = (tidy(line) for block in blocks for line in block.split("\n"))
    return unicodedata.normalize("NFC", "\n".join(filter(is_speakable, lines)))


def _blocks(source: str, language: str, parser: MarkdownIt = _WITH_HTML) -> Iterator[str]:
    """Every block's text, in order; inside a block a line break is one that the writer asked for."""
    tokens = parser.parse(source)
    lines = source.split("\n")
    at = 0
    prefix = ""
    while at < len(tokens):
        token = tokens[at]
        if token.type == "list_item_open":
            prefix = f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "tr_open":
            end = next(i for i in range(at, len(tokens)) if tokens[i].type == "tr_close")
            yield _row(tokens[at:end], language)
            at = end
        elif token.type == "inline":
            yield _block(tokens, at, prefix, language)
            prefix = ""
        elif token.type == "html_block":
            yield from _blocks(without_tags(token.content), language, _WITHOUT_HTML)
        elif token.type == "fence" and not _is_closed(token, lines):
            yield from _blocks(token.content, language, parser)
        at += 1


def _block(tokens: Sequence[Token], at: int, prefix: str, language: str) -> str:
    """A paragraph as it is; a heading or an item of a list ends as a sentence."""
    text = _inline(tokens[at].children or ())
    opener = tokens[at - 1]
    if opener.type == "heading_open":
        return _sentence(text, language)
    if opener.type == "paragraph_open" and _is_listed(tokens, at):
        return _sentence(prefix + _TASK_BOX.sub("", text), language)
    return prefix + text


def _is_listed(tokens: Sequence[Token], at: int) -> bool:
    """Whether the paragraph belongs to a list of several items; one alone may be a date."""
    before, after = at - 2, at + 2
    if before < 0 or tokens[before].type != "list_item_open":
        return False
    numbered = bool(tokens[before].info)
    first = tokens[before - 1].type.endswith("list_open")
    last = after + 1 < len(tokens) and tokens[after + 1].type.endswith("list_close")
    return not (numbered and first and last)


def _row(tokens: Sequence[Token], language: str) -> str:
    cells = (tidy(restore(_inline(t.children or ()))) for t in tokens if t.type == "inline")
    return _sentence(comma(language).join(cell for cell in cells if cell), language)


def _sentence(text: str, language: str) -> str:
    text = tidy(text)
    return text + full_stop(language) if is_speakable(text) and not is_ended(text) else text


def _inline(children: Sequence[Token]) -> str:
    return restore("".join(map(_spoken, children)))


def _spoken(token: Token) -> str:
    match token.type:
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "image":
            return _inline(token.children or ())
        case "code_inline":
            return "" if len(token.markup) >= len("```") else token.content
        case "html_inline":
            name = _TAG_NAME.match(token.content)
            return tag_space(name[1]) if name else ""
        case _:
            return token.content


def _is_closed(fence: Token, lines: Sequence[str]) -> bool:
    """An open fence hides nothing: what follows it may be prose."""
    start, end = fence.map or [0, 0]
    return end - start > 1 and lines[end - 1].rstrip().endswith(fence.markup)
