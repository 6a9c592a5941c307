"""Who speaks what of a text: its words, and what is done in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle

from polyvox.domain.voice_config import Actions
from polyvox.domain.written import Action, Mark, Written
from polyvox.text.spoken import Role

Part = tuple[Role, Written]


def divided(written: Written, actions: Actions) -> list[Part]:
    """``written`` in parts, in order, by who speaks them; without its actions where these are skipped."""
    spans = _actions(written)
    if actions is Actions.READ or not spans:
        return [(Role.OWN, written)]
    edges = [0, *(place for span in spans for place in span), len(written.text)]
    marks = tuple(mark for mark in written.marks if not isinstance(mark.what, Action))
    parts = list(Written(written.text, marks).slices(edges))
    if actions is Actions.SKIP:
        return [(Role.OWN, _joined(parts[::2]))]
    return list(zip(cycle((Role.OWN, Role.NARRATOR)), parts))


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


def _joined(parts: Sequence[Written]) -> Written:
    texts: list[str] = []
    marks: list[Mark] = []
    length = 0
    for part in parts:
        if texts and part.text and not (texts[-1][-1].isspace() or part.text[0].isspace()):
            texts.append(" ")
            length += 1
        marks += (
            replace(mark, at=mark.at + length, end=None if mark.end is None else mark.end + length)
            for mark in part.marks
        )
        texts += [part.text] if part.text else []
        length += len(part.text)
    return Written("".join(texts), tuple(marks))
