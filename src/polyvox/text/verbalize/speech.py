"""A text's atoms, and the text with words in their place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate
from typing import Final

from polyvox.text.lexicon import LexiconWord
from polyvox.text.punctuation import WIDE
from polyvox.text.verbalize.atoms import Atom, AtomKind, Piece, Verbalized
from polyvox.text.verbalize.rules import rules_for
from polyvox.text.verbalize.scan import found_in
from polyvox.text.verbalize.symbols import symbols

_WIDE: Final = re.compile(f"[{WIDE}]")
_MASK: Final = "ƣ"
"""A letter of no language that has rules."""
_ROUNDS: Final = 4
"""Words may make an atom of what stood beside them ("°C0"): so often the result is looked at anew."""


@lru_cache(maxsize=256)
def atoms(text: str, language: str, words: tuple[LexiconWord, ...] = ()) -> tuple[Atom, ...]:
    """The stretches of ``text`` that may not be cut, in order: ``words``, which a lexicon has found in it,
    and what the rules find beside them; in a language without rules only marks.

    ``language`` is a BCP 47 tag: en-US and en-GB read ``05/01/2024`` differently.
    """
    rules = rules_for(language)
    own = [Atom(w.start, w.end, AtomKind.LEXICON, _said(w, language)) for w in words]
    left = _masked(text, words) if words else text
    found = symbols(left, None) if rules is None else found_in(left, rules)
    return tuple(sorted([*own, *found], key=lambda atom: atom.start))


def _said(word: LexiconWord, language: str) -> str:
    return verbalize(word.written, language).text if word.spoken is None else word.spoken


def _masked(text: str, words: Iterable[LexiconWord]) -> str:
    """``text`` with words that no rule knows in the place of ``words``."""
    parts, at = [], 0
    for word in words:
        first = _MASK.upper() if word.written[0].isupper() else _MASK
        parts += [text[at : word.start], first, _MASK * (word.end - word.start - 1)]
        at = word.end
    return "".join([*parts, text[at:]])


@lru_cache(maxsize=256)
def verbalize(text: str, language: str, words: tuple[LexiconWord, ...] = ()) -> Verbalized:
    """``text`` with its numbers, signs and abbreviations in words of ``language``, and ``words``,
    which a lexicon has found in it, as they are spoken.

    The text itself, without what no voice should name, in a language without rules. Verbalising the result changes nothing.
    """
    result = Verbalized((_plain(text, 0, len(text)),) if text else ())
    for number in range(_ROUNDS):
        said = result.text
        found = atoms(said, language, () if number else words)
        changed = [a for a in found if said[a.start : a.end] != a.spoken]
        if not changed:
            break
        result = Verbalized(tuple(_spaced(_replaced(result.pieces, changed))))
    return result


def respell(text: str, words: Iterable[LexiconWord]) -> Verbalized:
    """``text`` as it is written, but ``words``, which a lexicon has found in it, as they are spoken."""
    pieces, at = [], 0
    for word in words:
        pieces += _part(_plain(text, at, word.start), 0, word.start - at)
        spoken = word.written if word.spoken is None else word.spoken
        pieces.append(Piece(spoken, word.start, word.end))
        at = word.end
    return Verbalized((*pieces, *_part(_plain(text, at, len(text)), 0, len(text) - at)))


def _plain(text: str, start: int, end: int) -> Piece:
    return Piece(text[start:end], start, end, verbatim=True)


def _replaced(pieces: tuple[Piece, ...], found: Iterable[Atom]) -> list[Piece]:
    """``pieces`` with the spoken stretches of ``found`` replaced; a piece that is no verbatim one
    is not split: what an atom takes of it becomes one piece with the atom.
    """
    begins = list(accumulate((len(piece.spoken) for piece in pieces), initial=0))
    result: list[Piece] = []
    index, at = 0, 0
    for atom in found:
        if atom.start < at:
            continue
        while begins[index + 1] <= atom.start:
            result += _part(pieces[index], at - begins[index], len(pieces[index].spoken))
            index += 1
            at = begins[index]
        first = index
        while begins[index + 1] < atom.end:
            index += 1
        head, tail = pieces[first], pieces[index]
        before, start = _split(head, atom.start - begins[first])
        if head.verbatim:
            result += _part(head, at - begins[first], atom.start - begins[first])
            before = ""
        after, end = "", _split(tail, atom.end - begins[index])[1]
        at = atom.end
        if not tail.verbatim:
            after, end, at = tail.spoken[atom.end - begins[index] :], tail.end, begins[index + 1]
        result.append(Piece(before + atom.spoken + after, start, end))
        if at == begins[index + 1] and index + 1 < len(pieces):
            index += 1
    for rest in range(index, len(pieces)):
        result += _part(pieces[rest], max(0, at - begins[rest]), len(pieces[rest].spoken))
    return result


def _split(piece: Piece, offset: int) -> tuple[str, int]:
    """What is spoken in front of ``offset``, and where in the written text it lies."""
    return piece.spoken[:offset], piece.start + offset if piece.verbatim else piece.start


def _part(piece: Piece, start: int, end: int) -> list[Piece]:
    if start >= end:
        return []
    if not piece.verbatim:
        return [piece]
    return [Piece(piece.spoken[start:end], piece.start + start, piece.start + end, verbatim=True)]


def _spaced(pieces: list[Piece]) -> list[Piece]:
    """Words that would run together parted by a space, which belongs to an atom's piece."""
    spaced = pieces[:1]
    for piece in pieces[1:]:
        last = spaced[-1]
        left, right = last.spoken[-1], piece.spoken[0]
        if left.isalnum() and right.isalnum() and not _WIDE.search(left + right):
            if not piece.verbatim:
                piece = Piece(f" {piece.spoken}", piece.start, piece.end)
            elif not last.verbatim:
                spaced[-1] = Piece(f"{last.spoken} ", last.start, last.end)
        spaced.append(piece)
    return spaced
