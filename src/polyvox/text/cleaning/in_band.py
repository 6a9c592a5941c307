"""What travels inside a text while it is cleaned: marks, and passages no rule may touch.

Each is a run of noncharacters, an opener and the digits of its index, which Markdown, white space
and Unicode normal forms leave alone. The input's own noncharacters are removed first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from polyvox.domain.written import Action, Mark, Pause, Style, Written

RESERVED: Final = re.compile(r"[\ufdd0-\ufdef]")
MARK_RUN: Final = r"\ufdd8[\ufde0-\ufde7]+"
KEPT_RUN: Final = r"\ufdd9[\ufde0-\ufde7]+"

_ZERO: Final = 0xFDE0
_MARK: Final = re.compile(MARK_RUN)
_KEPT: Final = re.compile(KEPT_RUN)
_MARKS: Final = re.compile(rf"( ?)((?:{MARK_RUN} ?)+)(?=(.?))", re.S)
_NO_SPACE_BEFORE: Final = frozenset(".,;:!?…)]}。，！？、；：」』।؟،\n")


@dataclass(frozen=True, slots=True)
class _End:
    """Of what the mark of this index stands for."""

    index: int


class InBand:
    """The table of one text."""

    def __init__(self) -> None:
        self._marks: list[Pause | Style | Action | _End] = []
        self._kept: list[str] = []

    def mark(self, what: Pause | Style | Action) -> str:
        return self._run(what)

    def end_of(self, run: str) -> str:
        """A run for where that ends which the mark ``run`` stands for."""
        return self._run(_End(_index(run)))

    def _run(self, what: Pause | Style | Action | _End) -> str:
        self._marks.append(what)
        return "\ufdd8" + _digits(len(self._marks) - 1)

    def parted(self, runs: str) -> tuple[str, str]:
        """Of several runs those for pauses, which follow what was said, and those for what is said
        behind them."""
        found = _MARK.findall(runs)
        pauses = [run for run in found if isinstance(self._marks[_index(run)], Pause | _End)]
        return "".join(pauses), "".join(run for run in found if run not in pauses)

    def keep(self, passage: str) -> str:
        """A stand-in for ``passage`` until ``restored``."""
        self._kept.append(passage)
        return "\ufdd9" + _digits(len(self._kept) - 1)

    def restored(self, text: str) -> str:
        return _KEPT.sub(lambda m: self._kept[_index(m[0])], text)

    def taken_out(self, text: str) -> Written:
        """``text`` without its runs, and the marks they stood for."""
        pieces: list[str] = []
        marks: dict[int, Mark] = {}
        length = done = 0
        for match in _MARKS.finditer(text):
            before = text[done : match.start()]
            pieces.append(before)
            length += len(before)
            if _needs_space(match, bool(length) and not before.endswith("\n")):
                pieces.append(" ")
                length += 1
            for run in _MARK.findall(match[2]):
                self._take(_index(run), length, marks)
            done = match.end()
        return Written("".join([*pieces, text[done:]]), tuple(marks.values()))

    def _take(self, index: int, at: int, marks: dict[int, Mark]) -> None:
        """Put the mark of ``index`` among ``marks``, or end the one that it is the end of."""
        what = self._marks[index]
        if not isinstance(what, _End):
            marks[index] = Mark(at, what)
        elif what.index in marks:
            marks[what.index] = replace(marks[what.index], end=at)


def without_marks(text: str) -> str:
    return _MARK.sub("", text)


def _needs_space(match: re.Match[str], after_text: bool) -> bool:
    spaced = bool(match[1]) or " " in match[2]
    return after_text and spaced and bool(match[3]) and match[3] not in _NO_SPACE_BEFORE


def _digits(index: int) -> str:
    return "".join(chr(_ZERO + int(digit)) for digit in f"{index:o}")


def _index(run: str) -> int:
    return int("".join(str(ord(digit) - _ZERO) for digit in run[1:]), 8)
