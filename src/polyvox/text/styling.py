"""Which words of a segment are spoken in which style."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from polyvox.domain.written import NEUTRAL, Mark, Pause, Style, Written
from polyvox.text.characters import is_speakable
from polyvox.text.parts import Span
from polyvox.text.stretches import Stretches

Styled = tuple[Span | Pause | Style, ...]


def styled(
    spans: Sequence[Span | Pause], written: Written, whole: Stretches, names: Mapping[str, str]
) -> Styled:
    """``spans`` of ``written`` with what its styles are called by a provider (``names``, by the neutral
    word) in front of the words that they hold for, and NEUTRAL behind these. Styles without a name are
    left out, and nothing in ``whole`` is cut."""
    known = [
        replace(mark, at=whole.end_of(mark.at), end=whole.end_of(mark.end or mark.at))
        for mark in written.marks
        if isinstance(mark.what, Style) and mark.what.name in names
    ]
    if not known:
        return tuple(spans)
    changes = _changes(known, names)
    parts: list[Span | Pause | Style] = []
    for span in spans:
        if isinstance(span, Span):
            span = _put_before(parts, changes, span, written.text)
        parts.append(span)
    return (*parts, *(style for _, style in changes if style.name != NEUTRAL))


def _put_before(
    parts: list[Span | Pause | Style], changes: list[tuple[int, Style]], span: Span, text: str
) -> Span:
    """Put what changes before and inside of ``span`` among ``parts``; returns what is left of it."""
    while changes and changes[0][0] < span.end and is_speakable(text[changes[0][0] : span.end]):
        at, style = changes.pop(0)
        if at > span.start and is_speakable(text[span.start : at]):
            parts.append(Span(span.start, at))
            span = replace(span, start=at)
        parts.append(style)
    return span


def _changes(known: Sequence[Mark], names: Mapping[str, str]) -> list[tuple[int, Style]]:
    """Where a style begins, or goes back to the one around it, in order."""
    return sorted(_begun_and_ended(known, names), key=lambda change: change[0])


def _begun_and_ended(
    known: Sequence[Mark], names: Mapping[str, str]
) -> Iterator[tuple[int, Style]]:
    for mark in known:
        yield mark.at, Style(_name(mark, names))
    for end in sorted({mark.end or mark.at for mark in known}):
        around = [mark for mark in known if mark.at <= end < (mark.end or mark.at)]
        yield end, Style(_name(around[-1], names) if around else NEUTRAL)


def _name(mark: Mark, names: Mapping[str, str]) -> str:
    return names[mark.what.name] if isinstance(mark.what, Style) else NEUTRAL
