"""Silence at the ends cut off, and long pauses made shorter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from polyvox.audio.measure.voice import gaps
from polyvox.audio.repair.result import Floats, Repair
from polyvox.domain.samples import Mark, MarkKind, Span

_AROUND_S: Final = 0.2
"""Left before the first and after the last word, whose sound begins before it is taken for speech."""
_LONGEST_PAUSE_S: Final = 1.0
_PAUSE_S: Final = 0.6
"""What is left of a longer one."""
_FADE_S: Final = 0.005
"""At a cut, so that it does not click."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The stretches of a recording that are used, in order."""

    spans: tuple[Span, ...]

    @property
    def seconds(self) -> float:
        return sum(span.length_s for span in self.spans)

    def moved(self, marks: Iterable[Mark]) -> list[Mark]:
        """The marks' places in what is kept; those outside it have no length, or are gone."""
        edges = [edge for span in self.spans for edge in (span.start_s, span.end_s)]
        lengths = np.diff(edges)
        lengths[1::2] = 0.0
        places = np.concatenate([[0.0], np.cumsum(lengths)])
        return [
            Mark(
                kind=mark.kind,
                start_s=float(np.interp(mark.start_s, edges, places)),
                end_s=float(np.interp(mark.end_s, edges, places)),
            )
            for mark in marks
            if mark.start_s < edges[-1] and mark.end_s > edges[0]
        ]

    def of(self, samples: Floats, rate: int) -> Floats:
        """``samples`` [n] with the rest left out; each cut is faded."""
        pieces = []
        for span in self.spans:
            start, end = round(span.start_s * rate), round(span.end_s * rate)
            piece = samples[start:end].copy()
            fade(piece, rate, begin=start > 0, end=end < len(samples))
            pieces.append(piece)
        return np.concatenate(pieces)


def without_silence(marks: Sequence[Mark], duration_s: float) -> tuple[Kept, list[Repair]]:
    """What is kept of a recording of ``duration_s`` whose silences are marked."""
    silent = [mark for mark in marks if mark.kind is MarkKind.SILENT]
    left_out = [out for mark in silent if (out := _left_out(mark, duration_s)).length_s > 0]
    kept = Kept(gaps(tuple(left_out), duration_s))
    ends = [out for out in left_out if out.start_s == 0 or out.end_s == duration_s]
    inner = [out for out in left_out if out not in ends]
    repairs = []
    if ends:
        seconds = sum(out.length_s for out in ends)
        said = f"{seconds:.1f} s of silence at its ends were cut off."
        repairs.append(Repair("trim", round(seconds, 2), "s", said))
    if inner:
        seconds = sum(out.length_s for out in inner)
        long, left = f"{_LONGEST_PAUSE_S:g} s", f"{_PAUSE_S:g} s"
        said = f"Pauses longer than {long} were shortened to {left}: {seconds:.1f} s less in all."
        repairs.append(Repair("pauses", round(seconds, 2), "s", said))
    return kept, repairs


def fade(samples: Floats, rate: int, *, begin: bool, end: bool) -> None:
    """Rise from nothing and sink to it, over 5 ms, in place."""
    ramp = np.linspace(0, 1, min(round(_FADE_S * rate), len(samples)), dtype=np.float32)
    if begin:
        samples[: len(ramp)] *= ramp
    if end:
        samples[len(samples) - len(ramp) :] *= ramp[::-1]


def _left_out(silence: Mark, duration_s: float) -> Span:
    """The part of a silence that goes: the outer one at the ends, the middle of a long pause."""
    start, end = silence.start_s, silence.end_s
    first, last = start <= 0, end >= duration_s - 1e-3
    if first or last:
        inner_start = 0.0 if first else min(start + _AROUND_S, end)
        inner_end = duration_s if last else max(end - _AROUND_S, start)
        return Span(start_s=inner_start, end_s=max(inner_start, inner_end))
    if end - start <= _LONGEST_PAUSE_S:
        return Span(start_s=start, end_s=start)
    return Span(start_s=start + _PAUSE_S / 2, end_s=end - _PAUSE_S / 2)
