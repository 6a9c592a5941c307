"""Text as people and models write it, made into text that can be read aloud.

Markdown is read as its content: headings, list items and table rows end as sentences, link texts,
image descriptions and inline code stay, fenced code and link targets go. Thoughts, tool calls and
control tokens are silent, pasted SSML is obeyed, formulas are words. Emoji, HTML tags and invisible
characters go, a URL becomes its host. Plain prose keeps every word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from polyvox.domain.written import Written
from polyvox.text.characters import is_speakable, tidy
from polyvox.text.cleaning import (
    actions,
    cut_off,
    emphasis,
    extents,
    formula,
    lines,
    notation,
    silent,
    ssml,
    styles,
)
from polyvox.text.cleaning.code import keep_inline
from polyvox.text.cleaning.emoticons import without_faces
from polyvox.text.cleaning.in_band import RESERVED, InBand, without_marks
from polyvox.text.cleaning.markup import guard, restore, tag_space, without_tags
from polyvox.text.punctuation import comma

__all__ = ["NORMALISER_VERSION", "is_speakable", "speakable", "written"]

NORMALISER_VERSION: Final = "2"
"""Part of cache keys: raised whenever the same text would be cleaned differently."""

_MAX_NESTING: Final = 100
_LINE_BREAK: Final = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_TASK_BOX: Final = re.compile(r"^\[[ xX]\]\s+")
_TAG_NAME: Final = re.compile(r"</?(\w+)")
_EMPHASIS: Final = {"em_open": 1, "strong_open": 1, "em_close": -1, "strong_close": -1}
_DELIMITERS: Final = {
    "em_open": actions.SINGLE,
    "em_close": actions.SINGLE_END,
    "strong_open": actions.STRONG,
    "strong_close": actions.STRONG_END,
}


def _parser(*, html: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": html, "maxNesting": _MAX_NESTING})
    # No link is ever followed: one to a file is as good as any.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    # Four spaces are how prose is indented, not code that could be left out.
    return parser.enable(["table", "strikethrough"]).disable("code")


_WITH_HTML: Final = _parser(html=True)
_WITHOUT_HTML: Final = _parser(html=False)


def speakable(text: str, language: str) -> str:
    """What to say of ``text``: one line per paragraph, heading, list item or table row.

    Punctuation that is added follows ``language`` (BCP 47). "" when there is nothing to say.
    """
    return written(text, language).text


def written(text: str, language: str) -> Written:
    """What to say of ``text``, with marks for the pauses and styles that it asks for."""
    kept = InBand()
    source = _LINE_BREAK.sub("\n", RESERVED.sub("", text))
    source = silent.audible(cut_off.without_halves(notation.without_front_matter(source)))
    source = cut_off.without_half_tokens(keep_inline(source, kept))
    source = without_faces(notation.real_breaks(source))
    source = ssml.obeyed(source, kept)
    source = formula.in_words(styles.marked(source, kept), language)
    source = notation.with_verbs(notation.plain(source, language), language)
    source = guard(actions.paired(source))
    blocks = "\n".join(_Reader(language, kept).blocks(source))
    clean = (unicodedata.normalize("NFC", tidy(line)) for line in blocks.split("\n"))
    said = _speakable_lines(clean, kept)
    ended = "\n".join([*(lines.ended(s, language) for s in said[:-1]), *said[-1:]])
    return extents.settled(kept.taken_out(ended), language)


def _speakable_lines(clean: Iterator[str], kept: InBand) -> list[str]:
    """The lines that say something; pauses of others go to the line before, styles to the one behind."""
    said: list[str] = []
    waiting = ""
    for line in clean:
        if is_speakable(without_marks(line)):
            said.append(waiting + line)
            waiting = ""
        elif marks := "".join(re.findall(r"[\ufdd8\ufde0-\ufde7]", line)):
            pauses, others = kept.parted(marks) if said else ("", marks)
            waiting += others
            if pauses:
                said[-1] += pauses
    return said


class _Reader:
    """Reads the blocks of one text."""

    def __init__(self, language: str, kept: InBand) -> None:
        self._language = language
        self._kept = kept

    def blocks(self, source: str, parser: MarkdownIt = _WITH_HTML) -> Iterator[str]:
        """Every block's text, in order; a line break inside a block parts what it separates."""
        tokens = parser.parse(source)
        source_lines = source.split("\n")
        at = 0
        prefix = ""
        while at < len(tokens):
            token = tokens[at]
            if token.type == "list_item_open":
                prefix = f"{token.info}{token.markup} " if token.info else ""
            elif token.type == "tr_open":
                end = next(i for i in range(at, len(tokens)) if tokens[i].type == "tr_close")
                yield self._row(tokens[at:end])
                at = end
            elif token.type == "list_item_close" and prefix:  # "42." is a list to Markdown
                yield prefix
                prefix = ""
            elif token.type == "inline":
                yield self._block(tokens, at, prefix)
                prefix = ""
            elif token.type == "html_block":
                yield from self.blocks(without_tags(token.content), _WITHOUT_HTML)
            elif token.type == "fence" and not _is_closed(token, source_lines):
                yield from self.blocks(token.content, parser)
            at += 1

    def _block(self, tokens: Sequence[Token], at: int, prefix: str) -> str:
        """A paragraph as it is; a heading or an item of a list ends as a sentence."""
        opener = tokens[at - 1]
        in_list = at >= 2 and tokens[at - 2].type == "list_item_open"
        text = self._inline(tokens[at].children or (), indented=in_list)
        if opener.type == "heading_open":
            return self._sentence(text)
        if opener.type == "paragraph_open" and _is_listed(tokens, at):
            return self._sentence(prefix + _TASK_BOX.sub("", text))
        return prefix + text

    def _row(self, tokens: Sequence[Token]) -> str:
        cells = (tidy(self._cell(t)) for t in tokens if t.type == "inline")
        return self._sentence(comma(self._language).join(cell for cell in cells if cell))

    def _cell(self, token: Token) -> str:
        return notation.cell(self._inline(token.children or ()), self._language)

    def _sentence(self, text: str) -> str:
        return lines.ended("\n".join(map(tidy, text.split("\n"))), self._language)

    def _inline(self, children: Sequence[Token], *, indented: bool = False) -> str:
        text = emphasis.without_halves(self._marked_up(children))
        text = actions.parted(text, self._language, self._kept, listed=indented)
        text = notation.without_half_highlights(text)
        text = lines.joined(text, indented=indented)
        return restore(self._kept.restored(text))

    def _marked_up(self, children: Sequence[Token]) -> str:
        """The text of inline tokens; only the outermost emphasis is marked."""
        pieces: list[str] = []
        depth = 0
        for token in children:
            step = _EMPHASIS.get(token.type, 0)
            if step > 0 and not depth:
                pieces.append(_DELIMITERS[token.type])
            depth += step
            pieces.append(self._spoken(token))
            if step < 0 and not depth:
                pieces.append(_DELIMITERS[token.type])
        return "".join(pieces)

    def _spoken(self, token: Token) -> str:
        match token.type:
            case "softbreak":
                return lines.SOFT
            case "hardbreak":
                return "\n"
            case "image":
                return self._marked_up(token.children or ())
            case "code_inline":
                return "" if len(token.markup) >= len("```") else self._kept.keep(token.content)
            case "html_inline":
                name = _TAG_NAME.match(token.content)
                return tag_space(name[1]) if name else ""
            case _:
                return token.content


def _is_listed(tokens: Sequence[Token], at: int) -> bool:
    """Whether the paragraph belongs to a list of several items; one alone may be a date."""
    before, after = at - 2, at + 2
    if before < 0 or tokens[before].type != "list_item_open":
        return False
    numbered = bool(tokens[before].info)
    first = tokens[before - 1].type.endswith("list_open")
    last = after + 1 < len(tokens) and tokens[after + 1].type.endswith("list_close")
    return not (numbered and first and last)


def _is_closed(fence: Token, lines: Sequence[str]) -> bool:
    """An open fence hides nothing: what follows it may be prose."""
    start, end = fence.map or [0, 0]
    return end - start > 1 and lines[end - 1].rstrip().endswith(fence.markup)
