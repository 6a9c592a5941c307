"""Formulas inside a text: where they are, and what is no formula, such as a price."""

from __future__ import annotations

import re
from typing import Final

from polyvox.text.cleaning.latex import is_command, read

_DISPLAY: Final = re.compile(
    r"\$\$(?P<dollars>(?:(?!\n[ \t]*\n)[^$]){1,2000})\$\$"
    r"|(?<!\\)\\\((?P<round>(?:(?!\\[()]|\n[ \t]*\n).){1,2000})\\\)"
    r"|(?<!\\)\\\[(?P<square>(?:(?!\\\]|\\\[).){1,2000})\\\]"
    r"|\\begin\{(?P<name>equation|align|gather|math|displaymath)(?P<star>\*?)\}"
    r"(?P<block>(?:(?!\\end\{|\\begin\{).){1,2000})\\end\{(?P=name)\*?\}",
    re.S,
)
_DOLLARS: Final = re.compile(
    r"(?<![\\$])(?<![^\W_])\$(?=[^\s$])([^$\n]{1,300})(?<=[^\s$\\])\$(?![^\W_]|\$)"
)
_LONG_WORD: Final = re.compile(r"[^\W\d_]{4}")
_SPACED_WORD: Final = re.compile(r"(?:^|\s)[^\W\d_]{2,}(?=\s|$)")
_COMMAND_OR_TEXT: Final = re.compile(r"\\[A-Za-z]+(?:\{[^{}]*\})?")
_SIGN: Final = re.compile(r"[\\^_=<>+*/|≤≥≠≈±×∞π-]")
_SHORT: Final = 3
_LOOSE: Final = re.compile(
    r"(?<![\\:/])\\(?P<braced>[A-Za-z]+)(?P<arguments>(?:\[[^\[\]{}\n]{0,20}\])?(?:\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})+)"
    r"|(?<![\\:/])\\(?P<bare>[A-Za-z]+)(?![A-Za-z\\])"
)


def in_words(text: str, language: str) -> str:
    """``text`` with every formula as it is said in ``language``."""
    if "\\" not in text and "$" not in text:
        return text

    def display(match: re.Match[str]) -> str:
        source = next(s for g in ("dollars", "round", "square", "block") if (s := match[g]))
        return _spaced(match, read(source, language))

    def inline(match: re.Match[str]) -> str:
        return read(match[1], language) if _is_formula(match[1]) else match[0]

    def loose(match: re.Match[str]) -> str:
        name = match["braced"] or match["bare"]
        if match["bare"] and not is_command(name):
            return match[0]
        return _spaced(match, read(match[0], language))

    text = _DISPLAY.sub(display, text)
    text = _DOLLARS.sub(inline, text)
    return _LOOSE.sub(loose, text) if "\\" in text else text


def _spaced(match: re.Match[str], said: str) -> str:
    """``said`` parted from the words around it."""
    text, (start, end) = match.string, match.span()
    before = " " if text[max(start - 1, 0) : start].isalnum() else ""
    return before + said + (" " if text[end : end + 1].isalnum() else "")


def _is_formula(source: str) -> bool:
    """Names of variables in shells, and words between the signs of two prices, are none."""
    bare = _COMMAND_OR_TEXT.sub(" ", source)
    if _LONG_WORD.search(bare) or ("\\" not in source and _SPACED_WORD.search(source)):
        return False
    return bool(_SIGN.search(source)) or len(source) <= _SHORT or source.isdigit()
