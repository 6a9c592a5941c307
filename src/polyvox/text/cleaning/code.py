"""Where a text quotes code: what stands there is a mention, whatever it looks like."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator
from typing import Final

from polyvox.text.cleaning.in_band import InBand

Span = tuple[int, int]

_FENCE: Final = re.compile(r"^[ \t]*(?:[>*+-][ \t]+|\d+[.)][ \t]+)*(`{3,}|~{3,})([^\n]*)$", re.M)
_RUN_OR_BREAK: Final = re.compile(
    r"(?P<run>(?<![`\\])`+)|(?P<gap>\n(?=[ \t]*(?:\n|[#>|]|[-*+] |\d+[.)] )))"
)
_INLINE: Final = 2
"""A span of three or more backticks is a block that somebody put on one line."""


def code_spans(text: str) -> list[Span]:
    """Closed fences and inline code, in order; none overlaps another."""
    fences = list(_fences(text))
    spans: list[Span] = []
    start = 0
    for fence in [*fences, (len(text), len(text))]:
        spans += ((start + a, start + b) for a, b, _ in _inline(text[start : fence[0]]))
        spans += [fence] if fence[0] < fence[1] else []
        start = fence[1]
    return spans


def keep_inline(text: str, kept: InBand) -> str:
    """``text`` with the content of inline code out of every later rule's reach."""
    pieces: list[str] = []
    start = 0
    for fence in [*_fences(text), (len(text), len(text))]:
        part, done = text[start : fence[0]], 0
        for begin, end, ticks in _inline(part):
            content = part[begin + ticks : end - ticks].replace("\n", " ").strip()
            if ticks <= _INLINE and content:
                pieces += (part[done:begin], kept.keep(content))
                done = end
        pieces += (part[done:], text[fence[0] : fence[1]])
        start = fence[1]
    return "".join(pieces)


def _fences(text: str) -> Iterator[Span]:
    opened: re.Match[str] | None = None
    for match in _FENCE.finditer(text):
        if opened is None:
            if not (match[1][0] == "`" and "`" in match[2]):
                opened = match
        elif match[1].startswith(opened[1]) and not match[2].strip():
            yield opened.start(), match.end()
            opened = None


def _inline(text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and number of backticks of every span; one never leaves its block."""
    runs: list[tuple[int, int, int]] = []
    block = 0
    for match in _RUN_OR_BREAK.finditer(text):
        if match["run"]:
            runs.append((match.start(), match.end(), block))
        else:
            block += 1
    waiting: defaultdict[tuple[int, int], deque[int]] = defaultdict(deque)
    for index, (start, end, block) in enumerate(runs):
        waiting[end - start, block].append(index)
    index = 0
    while index < len(runs):
        start, end, block = runs[index]
        same = waiting[end - start, block]
        while same and same[0] <= index:
            same.popleft()
        if same:
            index = same[0]
            yield start, runs[index][1], end - start
        index += 1
