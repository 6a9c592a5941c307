"""Pops of breath on the microphone, and breaths between the words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from polyvox.audio.measure.grading import Rule, Scale
from polyvox.audio.measure.noise import noise_frames
from polyvox.audio.measure.take import FRAME_S, Take, band, decibels, frame_power, spans_of
from polyvox.audio.measure.voice import VOICE_RATE, bridged, gaps
from polyvox.domain.samples import Span

POPS: Final = Rule(
    name="pops",
    unit="per minute",
    threshold="below 2 a minute",
    scale=Scale(full=0, good=2, bad=12, zero=40),
    weight=0.75,
    well="No pops.",
    advice="Breath thumps on the microphone at p and b: speak past it rather than into it, or put a pop filter before it.",
)
BREATHS: Final = Rule(
    name="breaths",
    unit="per minute",
    threshold="below 6 a minute",
    scale=Scale(full=2, good=6, bad=20, zero=60),
    weight=0.5,
    well="Breathing is hardly heard.",
    advice="Breathing is heard between the sentences: go a little away from the microphone, or breathe before you start.",
)

_THUMP_HZ: Final = (20.0, 70.0)
"""Below the lowest voices."""
_THUMP_DB: Final = -10.0
"""Relative to the speech; and so far above what else is down there:"""
_THUMP_OUT_DB: Final = 15.0
_TOGETHER_S: Final = 0.15
_BREATH_DB: Final = -35.0
"""Relative to the speech; softer ones are not heard beside it."""
_BREATH_OUT_DB: Final = 10.0
_SHORTEST_S: Final = 0.12


def pops_per_minute(take: Take) -> float | None:
    """None without speech."""
    return _per_minute(len(pops(take)), take)


def breaths_per_minute(take: Take) -> float | None:
    """None without speech."""
    if not take.spans:
        return None
    noise = decibels(float(np.median(take.power[noise_frames(take)])))
    least = max(_speech_db(take) + _BREATH_DB, noise + _BREATH_OUT_DB)
    return _per_minute(sum(_breaths(levels, least) for levels in _pauses(take)), take)


def pops(take: Take) -> Sequence[Span]:
    """Where the band below the voice suddenly is almost as strong as the voice."""
    if not take.spans:
        return []
    power = frame_power(band(take.voice, VOICE_RATE, *_THUMP_HZ), VOICE_RATE)
    level = 10 * np.log10(power)
    least = max(_speech_db(take) + _THUMP_DB, float(np.median(level)) + _THUMP_OUT_DB)
    return bridged(spans_of(level > least, FRAME_S), _TOGETHER_S)


def _breaths(levels: NDArray[np.float64], least_db: float) -> int:
    """How often the levels of a pause's frames, in dB, rise to something audible and fall again.

    An echo only falls, from the pause's beginning on; the start of a word only rises, to its end.
    """
    audible = spans_of(levels > least_db, FRAME_S)
    inside = [
        span for span in audible if span.start_s > 0 and span.end_s < (len(levels) - 0.5) * FRAME_S
    ]
    return sum(span.length_s >= _SHORTEST_S for span in inside)


def _pauses(take: Take) -> list[NDArray[np.float64]]:
    level = 10 * np.log10(take.power)
    edges = [
        (round(gap.start_s / FRAME_S), round(gap.end_s / FRAME_S))
        for gap in gaps(take.spans, len(level) * FRAME_S)
    ]
    return [level[start:end] for start, end in edges if end > start]


def _per_minute(count: int, take: Take) -> float | None:
    return 60 * count / take.recording.seconds if take.spans else None


def _speech_db(take: Take) -> float:
    return decibels(float(np.mean(take.power[take.speaking()])))
