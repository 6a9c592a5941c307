"""One segment in the forms that providers want it in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from polyvox.domain.capabilities import TextForm
from polyvox.domain.written import Part, Pause, Pronunciation, Written
from polyvox.text.lexicon import NO_LEXICON, Lexicon, LexiconWord
from polyvox.text.parts import Span, spans_of
from polyvox.text.stretches import stretches
from polyvox.text.styling import styled
from polyvox.text.verbalize import Verbalized, respell, verbalize

Known = Mapping[tuple[int, int], LexiconWord]
"""Words of the lexicon by their span of the written text."""


class Role(StrEnum):
    """Who speaks a segment: the personality that replies, or its narrator."""

    OWN = "own"
    NARRATOR = "narrator"


@dataclass(frozen=True)
class Segment:
    """A segment's clean text and its marks; ``language`` is the reply's, and ``lexicon`` has words that
    are spoken in a way of their own."""

    written: Written = field(repr=False)
    language: str
    lexicon: Lexicon = field(default=NO_LEXICON, repr=False)
    role: Role = Role.OWN

    @property
    def text(self) -> str:
        """As it is written, on one line."""
        return self.written.text.replace("\n", " ")

    @cached_property
    def words(self) -> tuple[LexiconWord, ...]:
        """Those of the lexicon; none goes over the end of a line."""
        return self.lexicon.find(self.written.text)

    @cached_property
    def verbalized(self) -> Verbalized:
        """In words, each with the span of ``text`` that it comes from."""
        return verbalize(self.text, self.language, self.words)

    @cached_property
    def respelled(self) -> Verbalized:
        """As it is written, but the words of the lexicon as they are spoken."""
        return respell(self.text, self.words)

    @cached_property
    def _spans(self) -> tuple[Span | Pause, ...]:
        return spans_of(self.written, self.language, self.lexicon)

    def in_form(self, form: TextForm) -> str:
        return self._in_form(form).text

    def _in_form(self, form: TextForm) -> Verbalized:
        return self.verbalized if form is TextForm.VERBALIZED else self.respelled

    def parts(
        self,
        form: TextForm,
        styles: Mapping[str, str] | None = None,
        *,
        pronunciations: bool = False,
    ) -> tuple[Part, ...]:
        """What is spoken, the pauses between, styles by the names that ``styles`` has for the neutral words,
        and with ``pronunciations`` the words of the lexicon apart; () where there is nothing but text."""
        known = {(w.start, w.end): w for w in self.words} if pronunciations else {}
        whole = stretches(self.text, self.language, self.lexicon)
        parts: list[Part] = []
        for span in styled(self._spans, self.written, whole, styles or {}):
            parts += self._said(span, form, known) if isinstance(span, Span) else [span]
        return tuple(parts) if any(not isinstance(part, str) for part in parts) else ()

    def _said(self, span: Span, form: TextForm, known: Known) -> list[Part]:
        said: list[Part] = [""]
        for part in self._pieces(span, form, known):
            if isinstance(part, str) and isinstance(said[-1], str):
                said[-1] += part
            else:
                said.append(part)
        if isinstance(said[0], str):
            said[0] = said[0].lstrip()
        if isinstance(said[-1], str):
            said[-1] = said[-1].rstrip() + span.mark + span.closers
        else:
            said.append(span.mark + span.closers)
        return [part for part in said if part]

    def _pieces(self, span: Span, form: TextForm, known: Known) -> Iterator[Part]:
        """Of a span, whose ends lie in no atom."""
        for piece in self._in_form(form).pieces:
            start, end = max(span.start, piece.start), min(span.end, piece.end)
            if start >= end:
                continue
            word = known.get((piece.start, piece.end))
            if piece.verbatim:
                yield piece.spoken[start - piece.start : end - piece.start]
            elif word is None:
                yield piece.spoken
            else:
                spoken = piece.spoken.strip()
                before, _, behind = piece.spoken.partition(spoken)
                yield before
                yield Pronunciation(word.written, spoken, word.ipa)
                yield behind


def stripped(written: Written) -> Written:
    """Without white space at its ends."""
    text = written.text
    start = len(text) - len(text.lstrip())
    return Written(text, written.marks) if not start and text == text.rstrip() else _within(written)


def _within(written: Written) -> Written:
    text = written.text.strip()
    start = len(written.text) - len(written.text.lstrip())
    return Written(text, tuple(mark.moved(-start, len(text)) for mark in written.marks))
