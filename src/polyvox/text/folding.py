"""Text as it is compared: without differences of Unicode's forms, of capitals and of white space."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_SAME: Final = str.maketrans({"’": "'", "ʼ": "'", "\u2010": "-", "\u2011": "-"})
_SPACE: Final = re.compile(r"[^\S\n]+")


@dataclass(frozen=True, slots=True)
class Folded:
    """``text`` folded; the character at ``text[i]`` comes from ``starts[i]`` of the original, and
    ``starts`` has the original's length at its end."""

    text: str
    starts: tuple[int, ...]


def fold(text: str) -> Folded:
    """Compatible forms (NFKC) and capitals are one, white space of a line is one space."""
    parts: list[str] = []
    starts: list[int] = []
    for start, end in _clusters(text):
        folded = _folded(text[start:end])
        parts.append(folded)
        starts += [start] * len(folded)
    return Folded("".join(parts), (*starts, len(text)))


def composed(text: str) -> str:
    """As ``fold``, but capitals stay what they are."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text).translate(_SAME))


def _folded(cluster: str) -> str:
    if cluster.isascii():
        return " " if cluster[0].isspace() and cluster != "\n" else cluster.lower()
    # Folding may undo what normalising did, so that it is normalised once more (as NFKC_Casefold).
    return unicodedata.normalize("NFKC", composed(cluster).casefold())


def _clusters(text: str) -> list[tuple[int, int]]:
    """Runs of white space without line ends; other characters, each with its combining marks."""
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        run = _SPACE.match(text, at)
        end = run.end() if run else at + 1
        while not run and end < len(text) and unicodedata.combining(text[end]):
            end += 1
        found.append((at, end))
        at = end
    return found
