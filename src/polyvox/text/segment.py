"""Text cut into segments: the unit of synthesis, caching and failover.

A segment is a sentence. A tiny one ("Yes.") joins the next, since models speak a word alone badly;
one longer than the target is cut at clauses, one longer than the limit at clauses, words or, for
an endless word, between characters that do not belong together. The first segment is a clause
where its sentence is long, so that speech starts early.

What is read as one (an amount, a date, an address) is not cut, and an abbreviation ends no sentence
that goes on.

Lengths other than the limit are in *spoken* characters: a Chinese, Japanese or Korean one takes
about as long to say as three Latin ones and counts as three.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Final

import sentencex

from polyvox.domain.capabilities import TextLimit
from polyvox.domain.written import Mark, Written
from polyvox.text.characters import is_speakable
from polyvox.text.fit import nearest
from polyvox.text.lexicon import NO_LEXICON, Lexicon
from polyvox.text.parts import LINE
from polyvox.text.punctuation import WIDE, base_language, clause_ends, is_ended
from polyvox.text.room import Room
from polyvox.text.spoken import Segment, stripped
from polyvox.text.stretches import stretches

TARGET: Final = 240
FIRST_MAX: Final = 80
TINY: Final = 12
"""Shorter than this, in spoken characters, a segment is too little to be spoken well alone."""
_WIDE_WEIGHT: Final = 3
_LONGEST_IN_TARGETS: Final = 4
"""Words without any punctuation are cut at this many targets, whatever the limit."""
_WINDOW: Final = 2_000
"""Code points looked at together for sentences: the library's time is quadratic in them."""

_WIDE: Final = re.compile(f"[{WIDE}]")
_LINE_END: Final = re.compile(r"[^\S\n]*\n")


def split(
    text: str,
    language: str,
    limit: TextLimit,
    *,
    spoken_limit: TextLimit | None = None,
    target: int = TARGET,
    first_max: int = FIRST_MAX,
    lexicon: Lexicon = NO_LEXICON,
) -> list[str]:
    """Segments of clean ``text``, in order; together they hold all but its outer white space.

    Each is within ``limit`` as it is written, and within ``spoken_limit`` once it is verbalised; words
    of ``lexicon`` are whole, and as long as they are spoken.
    Raises ValueError when a limit has no room for one character of the text.
    """
    limit = limit.tightest(TextLimit(characters=_LONGEST_IN_TARGETS * target))
    room = Room(language, limit, spoken_limit or TextLimit(), lexicon)
    joined = _joined_when_tiny(sentences(text, language, lexicon), room, target, first_max)
    started = _quick_start(joined, room, first_max)
    clauses = [c for s in started for c in _clauses(s, room, target)]
    pieces = [p for c in clauses for p in room.pieces(c)]
    return [piece.strip() for piece in _glued(pieces, room)]


def cut(
    written: Written,
    language: str,
    limit: TextLimit,
    *,
    spoken_limit: TextLimit | None = None,
    first_max: int = FIRST_MAX,
    lexicon: Lexicon = NO_LEXICON,
) -> list[Segment]:
    """As ``split``, each segment with the marks that stand in it."""
    pieces = split(
        written.text,
        language,
        limit,
        spoken_limit=spoken_limit,
        first_max=first_max,
        lexicon=lexicon,
    )
    ends = list(ends_of(written.text, pieces))
    parts = zip(written.slices([0, *ends]), ends, strict=True)
    return [Segment(_ended(part, written.text, end), language, lexicon) for part, end in parts]


def _ended(part: Written, text: str, end: int) -> Written:
    """``part``, which stops at ``end`` of ``text``, without white space at its ends: of a line's end
    there its pause is left."""
    bare = stripped(part)
    if not _LINE_END.match(text, end):
        return bare
    return Written(bare.text, (*bare.marks, Mark(len(bare.text), LINE)))


def ends_of(text: str, pieces: Sequence[str]) -> Iterator[int]:
    """Where each of ``pieces`` ends in ``text``, which differs from them in white space alone."""
    at = 0
    for number, piece in enumerate(pieces, start=1):
        for letters in map(len, piece.split()):
            while letters:
                letters -= not text[at].isspace()
                at += 1
        yield at if number < len(pieces) else len(text)


def spoken_length(text: str) -> int:
    """Characters of ``text`` by the time they take to say, in those of a Latin script."""
    extra = 0 if text.isascii() else (_WIDE_WEIGHT - 1) * len(_WIDE.findall(text))
    return len(text) + extra


def sentences(text: str, language: str, lexicon: Lexicon = NO_LEXICON) -> Iterator[str]:
    """Every line's sentences with the space behind them; none goes over the end of its line."""
    base = base_language(language)
    for line in (" ".join(line.split()) for line in text.splitlines()):
        start = 0
        while start < len(line):
            window = line[start : start + _WINDOW]
            found = _boundaries(base, language, lexicon, window)
            if start + len(window) < len(line):
                found = found[:-1] or [window.rfind(" ") + 1 or len(window)]
            for begin, end in pairwise([0, *found]):
                yield window[begin:end]
            start += found[-1]
        yield " "


def _boundaries(base: str, language: str, lexicon: Lexicon, window: str) -> list[int]:
    ends: list[int] = [0]
    for sentence in sentencex.segment(base, window):
        ends.append(ends[-1] + len(sentence))
    inner = ends[1:-1]
    whole = stretches(window, language, lexicon) if inner else None
    return [*(whole.outside(inner) if whole else ()), len(window)]


def _joined_when_tiny(
    sentences: Iterable[str], room: Room, target: int, first_max: int
) -> list[str]:
    joined: list[str] = []

    def join(sentence: str, longest: int) -> bool:
        both = joined[-1] + sentence if joined else ""
        if both and spoken_length(both) <= longest and room.fits(both.strip()):
            joined[-1] = both
            return True
        return False

    for sentence in sentences:
        alone = bool(joined) and is_speakable(sentence) and not _wants_company(joined[-1])
        if alone or not join(sentence, target):
            joined.append(sentence)
    if len(joined) > 1 and _wants_company(joined[-1]) and is_ended(joined[-2]):
        last = joined.pop()
        if not join(last, first_max if len(joined) == 1 else target):
            joined.append(last)
    return joined


def _wants_company(sentence: str) -> bool:
    """Too little to stand alone. A line that does not end as a sentence, such as a title, may."""
    return not is_speakable(sentence) or (
        spoken_length(sentence.strip()) < TINY and is_ended(sentence)
    )


def _quick_start(sentences: list[str], room: Room, first_max: int) -> list[str]:
    """The first sentence cut at its first good clause, when it is long."""
    if not sentences or spoken_length(sentences[0]) <= first_max:
        return sentences
    first, *others = sentences
    for end in room.stretches(first).outside(clause_ends(first)):
        head, rest = first[:end], first[end:]
        if min(spoken_length(head), spoken_length(rest)) >= TINY and is_speakable(head):
            return [head, rest, *others]
    return sentences


def _clauses(sentence: str, room: Room, target: int) -> list[str]:
    """Cut at clauses into parts of even length up to ``target``; whole where there are none."""
    if spoken_length(sentence) <= target:
        return [sentence]
    widths = list(accumulate(map(spoken_length, sentence), initial=0))
    ends = [*room.stretches(sentence).outside(clause_ends(sentence)), len(sentence)]
    reached = [widths[end] for end in ends]
    parts, start, whole = [], 0, widths[-1]
    while (rest := whole - widths[start]) > target:
        done = widths[start]
        goal = done + rest / math.ceil(rest / target)
        most = min(done + target, whole - TINY)
        cut = nearest(reached, done + TINY, most, goal)
        # None within the target: the first behind it.
        index = bisect_left(reached, cut or done + target + 1)
        if cut is None and whole - reached[index] < TINY:
            break
        parts.append(sentence[start : ends[index]])
        start = ends[index]
    return [*parts, sentence[start:]]


def _glued(pieces: Iterable[str], room: Room) -> list[str]:
    """Pieces with nothing to say, such as lone punctuation, joined to a neighbour where it fits."""
    glued: list[str] = []
    for piece in pieces:
        mute = not (glued and is_speakable(glued[-1]) and is_speakable(piece))
        if glued and mute and room.fits((glued[-1] + piece).strip()):
            glued[-1] += piece
        elif piece.strip():
            glued.append(piece)
    return glued


def sentence_ends(text: str, language: str) -> list[int]:
    """Where each sentence of clean ``text`` ends, behind its mark and the space that follows it."""
    return list(ends_of(text, list(sentences(text, language))))
