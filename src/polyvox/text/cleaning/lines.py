"""Single line breaks: those that part things, and those that only fit prose to a margin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from polyvox.text.characters import is_speakable, tidy
from polyvox.text.cleaning.in_band import without_marks
from polyvox.text.punctuation import full_stop, is_ended

SOFT: Final = "\ufdd7"
"""A single line break of the source, until ``joined``."""

_LEAST_MARGIN: Final = 50
"""Nobody wraps prose closer; lines that are all shorter are items, verse or an address."""
_NEAR: Final = 0.8
"""A wrapped line may be this much of the margin: a long word did not fit, an address was shortened."""
_BULLET: Final = re.compile(r"^\s*[•◦▪▫‣⁃●■□▶►➤➢∙·–—-][ \t]+")
_ITEM: Final = re.compile(
    r"^\s*(?:[•◦▪▫‣⁃●■□▶►➤➢∙·–—*-][ \t]|\(?[0-9a-zA-Z]{1,3}[).][ \t]|[^\W\d_][\w .'’-]{0,25}:\s)"
)


def joined(text: str, *, indented: bool = False) -> str:
    """``text`` with every soft break as a space, in wrapped prose, or as a line break.

    ``indented``: the lines behind the first belong to one item of a list.
    """
    if SOFT not in text:
        return "\n".join(_BULLET.sub("", line) for line in text.split("\n"))
    return "\n".join(_paragraph(part.split(SOFT), indented) for part in text.split("\n"))


def _paragraph(lines: Sequence[str], indented: bool) -> str:
    bare = [without_marks(line) for line in lines]
    margin = max(len(line.strip()) for line in bare)
    breaks = list(pairwise(bare))
    wraps = [_wraps(before, after, margin, indented) for before, after in breaks]
    whole = any(wraps)
    pieces = [_BULLET.sub("", lines[0])]
    for line, (before, after), wrapped in zip(lines[1:], breaks, wraps, strict=True):
        if wrapped or (whole and _reaches(before, after, margin)):
            pieces.append(" " + line)
        else:
            pieces.append("\n" + _BULLET.sub("", line))
    return "".join(pieces)


def _wraps(before: str, after: str, margin: int, indented: bool) -> bool:
    """Whether the sentence of ``before`` goes on in ``after``."""
    start = after.lstrip()[:1]
    goes_on = start.islower() and not is_ended(before) and not _ITEM.match(after)
    return goes_on and (indented or _reaches(before, after, margin))


def _reaches(before: str, after: str, margin: int) -> bool:
    """Whether the next word had no room before the margin."""
    if margin < _LEAST_MARGIN or _ITEM.match(after):
        return False
    word = next(iter(after.split(maxsplit=1)), "")
    return len(before.strip()) + 1 + len(word) > margin * _NEAR


def ended(line: str, language: str) -> str:
    """``line`` with a full stop where nothing else makes a voice pause."""
    bare = tidy(without_marks(line))
    if not is_speakable(bare) or is_ended(bare) or unicodedata.category(bare[-1]) == "Pd":
        return line
    return line.rstrip() + full_stop(language)
