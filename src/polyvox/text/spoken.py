"""One segment in the forms that providers want it in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from polyvox.domain.capabilities import TextForm
from polyvox.domain.written import Part, Pause, Style, Written
from polyvox.text.parts import Span, spans_of
from polyvox.text.stretches import stretches
from polyvox.text.styling import styled
from polyvox.text.verbalize import Verbalized, verbalize


class Role(StrEnum):
    """Who speaks a segment: the personality that replies, or its narrator."""

    OWN = "own"
    NARRATOR = "narrator"


@dataclass(frozen=True)
class Segment:
    """A segment's clean text and its marks; ``language`` is the reply's."""

    written: Written = field(repr=False)
    language: str
    role: Role = Role.OWN

    @property
    def text(self) -> str:
        """As it is written, on one line."""
        return self.written.text.replace("\n", " ")

    @cached_property
    def verbalized(self) -> Verbalized:
        """In words, each with the span of ``text`` that it comes from."""
        return verbalize(self.text, self.language)

    @cached_property
    def _spans(self) -> tuple[Span | Pause, ...]:
        return spans_of(self.written, self.language)

    def in_form(self, form: TextForm) -> str:
        return self.verbalized.text if form is TextForm.VERBALIZED else self.text

    def parts(self, form: TextForm, styles: Mapping[str, str] | None = None) -> tuple[Part, ...]:
        """What is spoken, the pauses between, and styles by the names that ``styles`` has for the neutral
        words; () where there is nothing but text."""
        spans = styled(self._spans, self.written, stretches(self.text, self.language), styles or {})
        if not any(isinstance(part, Pause | Style) for part in spans):
            return ()
        said = (self._said(part, form) if isinstance(part, Span) else part for part in spans)
        return tuple(part for part in said if part)

    def _said(self, span: Span, form: TextForm) -> str:
        if form is TextForm.WRITTEN:
            return self.text[span.start : span.end].strip() + span.mark + span.closers
        return "".join(self._spoken(span)).strip() + span.mark + span.closers

    def _spoken(self, span: Span) -> Iterator[str]:
        """The words of a span, whose ends lie in no atom."""
        for piece in self.verbalized.pieces:
            start, end = max(span.start, piece.start), min(span.end, piece.end)
            if start < end:
                shown = piece.spoken[start - piece.start : end - piece.start]
                yield shown if piece.verbatim else piece.spoken


def stripped(written: Written) -> Written:
    """Without white space at its ends."""
    text = written.text
    start = len(text) - len(text.lstrip())
    return Written(text, written.marks) if not start and text == text.rstrip() else _within(written)


def _within(written: Written) -> Written:
    text = written.text.strip()
    start = len(written.text) - len(written.text.lstrip())
    return Written(text, tuple(mark.moved(-start, len(text)) for mark in written.marks))
