"""Stars and other delimiters: which are operands' signs, and which are halves of lost pairs."""

from __future__ import annotations

import re
from typing import Final

BEGINNING: Final = "\ufddd"
ENDING: Final = "\ufdde"
"""Stands for one star of which the other is lost, where it began or ended what is done, not said."""

_OPERAND: Final = r"[A-Za-z0-9](?:[A-Za-z0-9_.]*[A-Za-z0-9_])?"
_STARS: Final = re.compile(
    rf"(?P<gap>\n[ \t]*\n)|(?P<product>(?<![\w*.]){_OPERAND}(?:\*{{1,2}}{_OPERAND})+(?![\w*]))"
    r"|(?P<open>(?<![\w*])\*+(?=[^\s*]))|(?P<close>(?<=[^\s*])\*+(?!\w))",
    re.ASCII,
)
_BETWEEN_DIGITS: Final = re.compile(r"(?<=\d)\*(?=\d)")

_RUN: Final = re.compile(r"\*+|_+|~+|`+|\\+")
_HALF_LINK: Final = re.compile(r"\]\((?:[^\s()]*\)?|[^()\n]{0,300}\))")
_LEFT: Final = frozenset(")]%°!²³'′\ufde0\ufde1\ufde2\ufde3\ufde4\ufde5\ufde6\ufde7")
_RIGHT: Final = re.compile(r"[-+(\[√.]{0,3}(?:[^\W_]|\ufdd9)")
_PATH: Final = frozenset(":\\./$%~{")
_SPACED_OPERANDS: Final = re.compile(
    r"(?:\d|(?<![^\W_])\w|[)\]\ufde0-\ufde7]) \*{1,2} (?=[\w(\[+.√\ufdd9-])|(?<=[\w)]) \*{1,2} (?=\d|\w(?!\w)|[(\[])"
)


def products_kept(text: str, star: str) -> str:
    """``text`` with ``star`` for every star inside what reads as one word, such as 2*3*4.

    Behind an opening run of stars a word's stars close it; only between digits they still count.
    """
    if "*" not in text:
        return text
    depth = 0

    def kept(match: re.Match[str]) -> str:
        nonlocal depth
        if match["product"]:
            return _BETWEEN_DIGITS.sub(star, match[0]) if depth else match[0].replace("*", star)
        depth = 0 if match["gap"] else max(depth + (1 if match["open"] else -1), 0)
        return match[0]

    return _STARS.sub(kept, text)


def without_halves(text: str) -> str:
    """``text`` without the delimiters that Markdown found no partner for; operands' signs stay."""
    if "](" in text:
        text = _HALF_LINK.sub("", text).replace("[", "")
    return _RUN.sub(_half, text)


def _half(match: re.Match[str]) -> str:
    text, (start, end), run = match.string, match.span(), match[0]
    before, after = text[max(start - 1, 0) : start], text[end : end + 1]
    joins = bool(before and after) and before.isalnum() and after.isalnum()
    match run[0]:
        case "*":
            return (
                run
                if len(run) <= 2 and _multiplies(text, start, end)
                else _lost(run, before, after)
            )
        case "_":
            inner = joins or (before in ("@", "/") and after.isalnum())
            return run if inner and len(run) <= 2 else " " * joins
        case "`":
            return "'" if before.isalpha() and after.isalpha() else ""
        case "~" if run == "~":
            return "" if _is_flourish(before, after) else run
        case "\\":
            return run if _is_path(before, after, run) else ""
        case _:
            return ""


def _lost(run: str, before: str, after: str) -> str:
    """What is left of one star that is no sign of an operand, or of several."""
    if len(run) == 1 and after.strip() and not before.strip():
        return BEGINNING
    return ENDING if len(run) == 1 and before.strip() and not after.isalnum() else ""


def _multiplies(text: str, start: int, end: int) -> bool:
    before = text[max(start - 1, 0) : start]
    if before == text[end : end + 1] == " ":
        around = text[max(start - 3, 0) : end + 3]
        return bool(_SPACED_OPERANDS.search(around))
    left = before.isalnum() or before in _LEFT
    return bool(before and left and _RIGHT.match(text, end))


def _is_flourish(before: str, after: str) -> bool:
    """Whether a tilde touches a word's edge from outside: ``Bye~``, ``~waves~``, but not ``~50``."""
    opens = not before.strip() and after.isalpha()
    closes = (
        bool(before.strip()) and not before.isdecimal() and not (after.isalnum() or after == "/")
    )
    return opens or closes


def _is_path(before: str, after: str, run: str) -> bool:
    if len(run) > 1 and not before.strip():
        return after.isalnum()
    return (
        (before.isalnum() or before in _PATH)
        and (after.isalnum() or after in _PATH or before == ":")
        and bool(before)
    )
