"""A segment's pauses: where an ellipsis, a dash, a line's end or a mark parts its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from polyvox.domain.written import Pause, Written
from polyvox.text.characters import is_speakable
from polyvox.text.lexicon import NO_LEXICON, Lexicon
from polyvox.text.punctuation import CLOSERS, comma, full_stop, is_ended
from polyvox.text.stretches import stretches

DASH: Final = Pause(350)
"""A comma's 290 ms and what the edges of words take of it, since a dash is read as one."""
ELLIPSIS: Final = Pause(500)
"""Longer than a comma's 290 ms: the hesitation is what it is written for."""
LINE: Final = Pause(400)
"""Between the items of a list or the lines of a poem, which an engine else runs together."""

_CLOSER: Final = re.escape(CLOSERS)
_PAUSE: Final = re.compile(
    rf"\s*(?P<ellipsis>(?:\.{{3,}}|…+|(?<=\w)\.\.(?=[\s{_CLOSER}]|$))\.?)"
    rf"(?P<mark>[,;:!?？！，]*)(?P<closers>[{_CLOSER}]*)"
    rf"|\s*(?P<dash>[—―]+|(?<=\s)(?:-{{1,3}}|–)(?=\s)|(?<=\w)-{{2,3}}(?=\w))(?P<shut>[{_CLOSER}]*)"
    r"|(?P<line>\n)"
)


@dataclass(frozen=True, slots=True)
class Span:
    """``text[start:end]`` of the written text, spoken with ``mark`` and ``closers`` behind it."""

    start: int
    end: int
    mark: str = ""
    closers: str = ""


@dataclass(frozen=True, slots=True)
class _Break:
    """Between start and end stands nothing that is said."""

    start: int
    end: int
    pause: Pause
    mark: str = ""
    closers: str = ""


def spans_of(
    written: Written, language: str, lexicon: Lexicon = NO_LEXICON
) -> tuple[Span | Pause, ...]:
    """What is said of ``written``, and the pauses between and behind it; none in front."""
    text = written.text
    parts: list[Span | Pause] = []
    at = 0
    for found in [*_breaks(written, language, lexicon), _Break(len(text), len(text), Pause(0))]:
        if is_speakable(text[at : found.start]):
            parts.append(Span(at, found.start, found.mark, found.closers))
            at = found.end
            parts.append(found.pause)
        elif parts and found.pause.ms:
            parts[-1] = max(parts[-1], found.pause, key=_length)
    return tuple(part for part in parts if not isinstance(part, Pause) or part.ms)


def _length(part: Span | Pause) -> int:
    return part.ms if isinstance(part, Pause) else -1


def _breaks(written: Written, language: str, lexicon: Lexicon) -> Iterator[_Break]:
    """In order; an ellipsis is never part of an atom, and a dash in one is a range."""
    text = written.text
    whole = stretches(text, language, lexicon)
    asked = [(whole.end_of(m.at), m.what) for m in written.marks if isinstance(m.what, Pause)]
    found = [
        _break(text, match, language)
        for match in _PAUSE.finditer(text)
        if not whole.holds(match.start(match.lastgroup or 0)) and not _counts(text, match)
    ]
    marks = [_Break(at, at, what) for at, what in asked]
    yield from sorted([*found, *marks], key=lambda each: (each.start, each.end))


def _counts(text: str, match: re.Match[str]) -> bool:
    """Whether a dash stands between two numbers: a range, or a sum."""
    if match["dash"] is None:
        return False
    before, after = text[: match.start()].rstrip()[-1:], text[match.end() :].lstrip()[:1]
    return before.isdecimal() and after.isdecimal()


def _break(text: str, match: re.Match[str], language: str) -> _Break:
    following = text[match.end() :].lstrip()[:1]
    if match["line"]:
        mark = "" if is_ended(text[: match.start()]) else full_stop(language)
        return _Break(match.start(), match.end(), LINE, mark)
    if match["dash"]:
        return _Break(
            match.start(), match.end(), DASH, comma(language).strip(), match["shut"] or ""
        )
    ends = not following or following.isupper()
    mark = match["mark"] or (full_stop(language) if ends else comma(language).strip())
    return _Break(match.start(), match.end(), ELLIPSIS, mark, match["closers"])
