"""Who speaks what of a text: its words, and what is done in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from polyvox.domain.voice_config import Actions
from polyvox.domain.written import Action, Mark, Written
from polyvox.text.spoken import Role

Part = tuple[Role, Written]


def divided(written: Written, actions: Actions) -> list[Part]:
    """``written`` in parts, in order, by who speaks them; without its actions where these are skipped."""
    spans = _actions(written)
    if actions is Actions.READ or not spans:
        return [(Role.OWN, written)]
    if actions is Actions.SKIP:
        return [(Role.OWN, _joined(list(_between(written, spans))))]
    return list(_in_turn(written, spans))


def _actions(written: Written) -> list[tuple[int, int]]:
    """Where actions stand, in order and apart from one another."""
    spans: list[tuple[int, int]] = []
    for mark in written.marks:
        if not isinstance(mark.what, Action):
            continue
        start, end = mark.at, mark.at if mark.end is None else mark.end
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _between(written: Written, spans: Sequence[tuple[int, int]]) -> Iterator[Written]:
    at = 0
    for start, end in spans:
        yield written.slice(at, start)
        at = end
    yield written.slice(at, len(written.text))


def _in_turn(written: Written, spans: Sequence[tuple[int, int]]) -> Iterator[Part]:
    for own, span in zip(_between(written, spans), [*spans, None], strict=True):
        yield Role.OWN, own
        if span is not None:
            yield Role.NARRATOR, written.slice(*span)


def _joined(parts: Sequence[Written]) -> Written:
    text = ""
    marks: list[Mark] = []
    for part in parts:
        if text and part.text and not (text[-1].isspace() or part.text[0].isspace()):
            text += " "
        by = len(text)
        text += part.text
        marks += (
            replace(mark, at=mark.at + by, end=None if mark.end is None else mark.end + by)
            for mark in part.marks
        )
    return Written(text, tuple(marks))
