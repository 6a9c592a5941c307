"""Samples cut off at the top, also where the level, the rate or a codec has changed since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from polyvox.audio.measure.grading import Rule, Scale
from polyvox.audio.measure.take import FRAME_S, Floats, Take, spans_of
from polyvox.domain.samples import Span

RULE: Final = Rule(
    name="clipping",
    unit="%",
    threshold="below 0.01 % of the samples",
    scale=Scale(full=0.0, good=0.01, bad=0.5, zero=5.0),
    weight=1.5,
    well="Nothing is cut off.",
    advice="The loudest parts are cut off: turn the microphone down, so that its meter stays out of the red, and record again.",
)

_BIN_DB: Final = 0.1
_TOP_DB: Final = 12.0
"""So far below the peak the amplitudes are counted; a codec's ripple rises 3 dB above a ceiling."""
_CEILING_BINS: Final = 50
_BACKGROUND_BINS: Final = 20
_RIPPLE_BINS: Final = 4
"""The slope of a ceiling that a codec has blurred belongs neither to it nor to the background."""
_WIDTHS: Final = (1, 3, 10)
_FEWEST: Final = 12
"""Samples at a ceiling. Fewer happen to be equally loud."""
_PILED: Final = 2.0
_SURE: Final = 6.0
"""A ceiling holds twice what the levels below it do, and six standard deviations more."""


@dataclass(frozen=True, slots=True)
class _Ceiling:
    level: float
    share: float


def figure(take: Take) -> float | None:
    """Percent of the samples at a ceiling, of the channel that has most; None without speech.

    Loud speech is rare: the louder, the fewer samples. Clipping piles up at one level all that
    would be louder. So a ceiling is a level, for each polarity, where the histogram of amplitudes
    suddenly rises; a pure tone has one, too, and is not asked.
    """
    if not take.spans:
        return None
    return 100 * max(
        sum(ceiling.share for ceiling in _ceilings(channel)) for channel in take.recording.samples
    )


def clipped(take: Take) -> list[Span]:
    """The frames of 20 ms with clipped samples in any channel."""
    width = round(take.recording.sample_rate * FRAME_S)
    flags = np.zeros(-(-len(take.mono) // width), dtype=bool)
    for channel in take.recording.samples if take.spans else ():
        for ceiling in _ceilings(channel):
            cut = channel >= ceiling.level if ceiling.level > 0 else channel <= ceiling.level
            flags[np.flatnonzero(cut) // width] = True
    return spans_of(flags, FRAME_S)


def _ceilings(channel: Floats) -> list[_Ceiling]:
    found = ((sign, _ceiling(sign * channel)) for sign in (1, -1))
    return [_Ceiling(sign * ceiling.level, ceiling.share) for sign, ceiling in found if ceiling]


def _ceiling(samples: Floats) -> _Ceiling | None:
    peak = float(samples.max(initial=0.0))
    if peak <= 0:
        return None
    lowest = peak * 10 ** (-_TOP_DB / 20)
    below_peak_db = 20 * np.log10(samples[samples > lowest] / peak)
    bins = round(_TOP_DB / _BIN_DB)
    counts, _ = np.histogram(below_peak_db, bins=bins, range=(-_TOP_DB, 1e-6))
    start, excess = _pile(counts)
    if excess < _FEWEST:
        return None
    level = peak * 10 ** ((start * _BIN_DB - _TOP_DB) / 20)
    return _Ceiling(level, excess / len(samples))


def _pile(counts: NDArray[np.intp]) -> tuple[int, float]:
    """The bin where a ceiling begins, and how many samples are at it beyond the usual number.

    A ceiling that a codec has blurred is wide, an untouched one is one bin.
    """
    total = np.concatenate([[0], np.cumsum(counts)])
    best = (0, 0.0)
    for width in _WIDTHS:
        for start in range(len(counts) - _CEILING_BINS, len(counts) - width + 1):
            end = start - _RIPPLE_BINS
            usual = (total[end] - total[end - _BACKGROUND_BINS]) / _BACKGROUND_BINS * width
            here = total[start + width] - total[start]
            excess = float(total[-1] - total[start] - usual)
            piled = here > _PILED * usual and here - usual > _SURE * np.sqrt(usual + 1)
            if piled and excess > best[1]:
                best = (start, excess)
    return best
