"""The report of a sample as people understand it: a picture, gauges, and words. Without NiceGUI.

Pictures are SVG that takes the colours of the page; whatever they show is there in words, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from polyvox.domain.samples import Grade, Mark, MarkKind, Measure, Readiness, SampleReport, Span

WIDTH, HEIGHT = 800, 120
"""Of the waveform, in its own units; it is drawn as wide as the page, and HEIGHT pixels high."""
LANE = 14
"""Pixels: each kind of mark has a lane of its own below the waveform."""
NARROWEST = 3.0
"""Units of a mark: shorter stretches would not be seen."""
CLOSE_S = 0.3
"""Between stretches that people are told of as one."""
TIMES = 4
"""Stretches of a kind that are named; the others are counted."""
GAUGE = 100

GRADES: Final[Mapping[Grade, str]] = {
    Grade.GOOD: "Good",
    Grade.FAIR: "Fair",
    Grade.BAD: "Poor",
    Grade.UNKNOWN: "Not known",
}
STATES: Final[Mapping[Readiness, str]] = {
    Readiness.READY: "ready",
    Readiness.REPAIRABLE: "ready after repair",
    Readiness.UNUSABLE: "not usable",
}
NAMES: Final[Mapping[str, str]] = {
    "speech": "Length of speech",
    "snr": "Voice above noise",
    "clipping": "Distortion by clipping",
    "reverberation": "Echo of the room",
    "bandwidth": "Brightness",
    "one_speaker": "One speaker only",
    "loudness": "Loudness",
    "loudness_range": "Evenness",
    "true_peak": "Highest peak",
    "dc_offset": "Offset from zero",
    "pops": "Pops",
    "breaths": "Breaths",
    "sample_rate": "Sample rate",
    "bit_depth": "Bit depth",
}
"""Of measures; others are shown by their own names."""


class _Look(NamedTuple):
    """Of a kind of marks. ``strokes`` of a pattern of 8 by 8 units tell it apart without colours, too."""

    name: str
    colour: str
    strokes: str


KINDS: Final[Mapping[MarkKind, _Look]] = {
    MarkKind.CLIPPED: _Look("Clipped", "#dc2626", "M-1 4H9"),
    MarkKind.NOISY: _Look("Noisy", "#d97706", "M-2 2L2 -2M0 8L8 0M6 10L10 6"),
    MarkKind.POP: _Look("Pop", "#9333ea", "M2 -1V9M6 -1V9"),
    MarkKind.SILENT: _Look("Silent", "#64748b", "M4 3.5V4.5"),
}


@dataclass(frozen=True, slots=True)
class Gauge:
    """One measure in words. ``score`` from 0 to 1, None where it could not be told."""

    name: str
    grade: Grade
    value: str
    threshold: str
    advice: str
    score: float | None

    @property
    def told(self) -> str:
        """For screen readers."""
        return f"{GRADES[self.grade]}: {self.value}" if self.value else GRADES[self.grade]


def gauges(report: SampleReport) -> list[Gauge]:
    """What is bad comes first, then what is fair; among equals, what matters most."""
    order = [Grade.BAD, Grade.FAIR, Grade.GOOD, Grade.UNKNOWN]
    return sorted(map(_gauge, report.measures), key=lambda gauge: order.index(gauge.grade))


def _gauge(measure: Measure) -> Gauge:
    return Gauge(
        name=NAMES.get(measure.name, measure.name.replace("_", " ").capitalize()),
        grade=measure.verdict,
        value=measure.told,
        threshold=f"good is {measure.threshold}",
        advice=measure.advice,
        score=measure.score,
    )


def quality_in_words(report: SampleReport) -> str:
    return f"quality {report.quality_score * 100:.0f} of 100"


def needle(score: float) -> str:
    """A bar of three zones (poor, fair, good) with a mark at ``score``."""
    at = 2 + score * (GAUGE - 4)
    zones = ((0, 40, MarkKind.CLIPPED), (40, 40, MarkKind.NOISY))
    bars = [_bar(start, width, KINDS[kind].colour) for start, width, kind in zones]
    bars.append(_bar(80, 20, "#059669"))
    return (
        f'<svg viewBox="0 0 {GAUGE} 12" preserveAspectRatio="none" aria-hidden="true" '
        f'class="gauge">{"".join(bars)}<path d="M{at:.1f} 0V12" stroke="currentColor" '
        'stroke-width="3" vector-effect="non-scaling-stroke"/></svg>'
    )


def _bar(start: float, width: float, colour: str) -> str:
    return f'<rect x="{start + 0.5}" y="4" width="{width - 1}" height="4" fill="{colour}"/>'


def picture(
    key: str, duration_s: float, low: Sequence[float], high: Sequence[float], marks: Iterable[Mark]
) -> str:
    """The waveform over ``duration_s``, and ``marks`` below it. ``key`` is not that of another
    picture on the page, and safe in HTML."""
    scale = WIDTH / duration_s if duration_s else 0.0
    found = [*marks]
    lanes = [kind for kind in KINDS if any(mark.kind is kind for mark in found)]
    height = HEIGHT + LANE * len(lanes)
    drawn = "".join(_mark(key, mark, scale, lanes.index(mark.kind)) for mark in found)
    patterns = "".join(_pattern(key, kind) for kind in lanes)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" style="height: {height}px" '
        'preserveAspectRatio="none" role="img" class="waveform" '
        f'aria-label="Waveform of {duration_s:.1f} seconds; what is marked is listed below">'
        f'<defs>{patterns}</defs><path class="wave" d="{_outline(low, high)}"/>{drawn}</svg>'
    )


def _pattern(key: str, kind: MarkKind) -> str:
    look = KINDS[kind]
    return (
        f'<pattern id="{key}-{kind}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{look.colour}" fill-opacity=".25"/>'
        f'<path d="{look.strokes}" stroke="{look.colour}" stroke-width="2"/></pattern>'
    )


def swatch(key: str, kind: MarkKind) -> str:
    """A piece of the pattern that a kind of mark is filled with, for the list below the picture."""
    return (
        '<svg viewBox="0 0 24 16" width="24" height="16" aria-hidden="true">'
        f'<rect width="24" height="16" rx="2" fill="url(#{key}-{kind})"/></svg>'
    )


def _mark(key: str, mark: Mark, scale: float, lane: int) -> str:
    width = max(mark.length_s * scale, NARROWEST)
    return (
        f'<rect x="{mark.start_s * scale:.1f}" y="{HEIGHT + lane * LANE + 2}" '
        f'width="{width:.1f}" height="{LANE - 4}" fill="url(#{key}-{mark.kind})"/>'
    )


def _outline(low: Sequence[float], high: Sequence[float]) -> str:
    """Along the upper edge and back along the lower one. Silence is still a line."""
    step = WIDTH / max(len(high) - 1, 1)
    upper = [(at * step, max(value, 0.008)) for at, value in enumerate(high)]
    lower = [(at * step, min(value, -0.008)) for at, value in enumerate(low)]
    points = [*upper, *reversed(lower)]
    middle = HEIGHT / 2
    return "M" + "L".join(f"{x:.1f} {middle * (1 - _within(y)):.1f}" for x, y in points) + "Z"


def _within(level: float) -> float:
    return max(-1.0, min(1.0, level))


def marks_in_words(marks: Iterable[Mark]) -> dict[MarkKind, str]:
    """Of each kind that there is: where, in seconds. Those close together are told as one."""
    found: dict[MarkKind, list[Span]] = {}
    for mark in sorted(marks, key=lambda mark: mark.start_s):
        spans = found.setdefault(mark.kind, [])
        if spans and mark.start_s - spans[-1].end_s <= CLOSE_S:
            before = spans.pop()
            spans.append(Span(start_s=before.start_s, end_s=max(before.end_s, mark.end_s)))
        else:
            spans.append(mark)
    return {kind: f"{KINDS[kind].name}: {_some(found[kind])}" for kind in KINDS if kind in found}


def _some(spans: Sequence[Span]) -> str:
    further = len(spans) - TIMES
    return ", ".join(map(_when, spans[:TIMES])) + (f" and {further} more" if further > 0 else "")


def _when(span: Span) -> str:
    start, end = f"{span.start_s:.1f}", f"{span.end_s:.1f}"
    return f"{start} s" if start == end else f"{start}–{end} s"
