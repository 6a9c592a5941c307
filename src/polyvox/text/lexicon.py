"""The words of lexicons in a text: whole tokens, the longest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from polyvox.domain.language import covers
from polyvox.domain.lexicon import LexiconEntry
from polyvox.text.folding import Folded, composed, fold
from polyvox.text.punctuation import CLOSERS, base_language
from polyvox.text.tokens import begins, ending, ends

_SENTENCE_BEFORE: Final = re.compile(rf"[.!?…][{re.escape(CLOSERS)}]*\s+[\"'“„«‚(\[]*\Z")
_LOOKED_BACK: Final = 12
_CLOSED: Final = re.compile(rf"\s*[{re.escape(CLOSERS)}]*\s*\Z")
_SIBILANTS: Final = "szʃʒʂʐɕʑ"
_VOICELESS: Final = "ptkfθcqχxh"


@dataclass(frozen=True, slots=True)
class LexiconWord:
    """``text[start:end]`` is a word of a lexicon, and with it an ending such as ``'s``. ``spoken`` is
    None where only its sounds are known."""

    start: int
    end: int
    written: str = field(repr=False)
    spoken: str | None = field(repr=False)
    ipa: str | None = field(repr=False)


@dataclass(slots=True)
class _Node:
    """Of a trie: what may come next, and the entries whose word ends here, the first preferred."""

    following: dict[str, _Node] = field(default_factory=dict)
    entries: list[LexiconEntry] = field(default_factory=list)


class Lexicon:
    """The entries of some lexicons that hold for one language; those of the first are preferred."""

    def __init__(self, lists: Sequence[Sequence[LexiconEntry]] = (), language: str = "und") -> None:
        self.language = language
        self._root = _Node()
        for entries in lists:
            held = [e for e in entries if e.language is None or covers(e.language, language)]
            for entry in sorted(held, key=_generality):
                self._add(entry)

    def __bool__(self) -> bool:
        return bool(self._root.following)

    def _add(self, entry: LexiconEntry) -> None:
        node = self._root
        for character in fold(entry.written).text:
            node = node.following.setdefault(character, _Node())
        node.entries.append(entry)

    def find(self, text: str) -> tuple[LexiconWord, ...]:
        """In order; none overlaps another. Takes time linear in ``text``."""
        if not self:
            return ()
        folded, found, at = fold(text), [], 0
        starts = folded.starts
        while at < len(folded.text):
            word = None
            whole = at == 0 or starts[at] != starts[at - 1]
            if whole and folded.text[at] in self._root.following:
                word = self._word_at(text, folded, at)
            if word is None:
                at += 1
                continue
            found.append(word)
            while starts[at] < word.end:
                at += 1
        return tuple(found)

    def respelled(self, text: str) -> str:
        """``text`` with its words of the lexicon as they are spoken."""
        parts, at = [], 0
        for word in self.find(text):
            parts += [text[at : word.start], word.written if word.spoken is None else word.spoken]
            at = word.end
        return "".join([*parts, text[at:]])

    def _word_at(self, text: str, folded: Folded, at: int) -> LexiconWord | None:
        """The longest that begins at ``at`` of the folded text."""
        start, node, best = folded.starts[at], self._root, None
        if not begins(text, start, self.language):
            return None
        while at < len(folded.text) and (following := node.following.get(folded.text[at])):
            node, at = following, at + 1
            if node.entries and folded.starts[at] != folded.starts[at - 1]:
                best = self._chosen(node.entries, text, start, folded.starts[at]) or best
        return best

    def _chosen(
        self, entries: Sequence[LexiconEntry], text: str, start: int, end: int
    ) -> LexiconWord | None:
        bound = ending(text, end, self.language)
        if not bound and not ends(text, end):
            return None
        written = composed(text[start:end])
        for entry in entries:
            if not entry.case or composed(entry.written) == written:
                return _word(entry, text, (start, end), bound, self.language)
        return None


NO_LEXICON: Final = Lexicon()


@lru_cache(maxsize=64)
def lexicon_for(lists: tuple[tuple[LexiconEntry, ...], ...], language: str) -> Lexicon:
    """Of what is said in ``language``; the entries of an earlier list beat those of a later one."""
    return Lexicon(lists, language) if any(lists) else NO_LEXICON


def _generality(entry: LexiconEntry) -> tuple[bool, int]:
    """What says more of when it holds comes first: capitals, then a locale, then a language."""
    return not entry.case, -len((entry.language or "").split("-")) if entry.language else 0


def _word(
    entry: LexiconEntry, text: str, span: tuple[int, int], bound: str, language: str
) -> LexiconWord:
    start, end = span
    spoken, ipa = entry.spoken, entry.ipa
    if bound:
        with_ending = _with_s(ipa, bound, language) if ipa else None
        if spoken is None and with_ending is None:
            bound = ""  # its sound is not known: it stays text, behind the word
        else:
            spoken, ipa = (spoken + bound if spoken else None), with_ending
    elif spoken and text[end - 1] == "." and not spoken.endswith(".") and _CLOSED.match(text, end):
        end -= 1  # the full stop of an abbreviation ends its sentence, too
    end += len(bound)
    if spoken and text[start].isupper() and spoken[0].islower() and _begins_sentence(text, start):
        spoken = spoken[0].upper() + spoken[1:]
    return LexiconWord(start, end, text[start:end], spoken, ipa)


def _begins_sentence(text: str, start: int) -> bool:
    """Behind another: without a capital an engine would read the two as one."""
    return _SENTENCE_BEFORE.search(text[max(0, start - _LOOKED_BACK) : start]) is not None


def _with_s(ipa: str, bound: str, language: str) -> str | None:
    """The sounds of an English word with its ``'s``; None where they are not known."""
    if base_language(language) != "en" or bound[1:].casefold() != "s":
        return None
    last = next((sign for sign in reversed(ipa) if sign.isalpha() and sign not in "ːˑʰʲʷˠˤ"), "")
    if last in _SIBILANTS:
        return f"{ipa}ɪz"
    return f"{ipa}s" if last in _VOICELESS else f"{ipa}z"
