"""Signal-to-noise ratio from speech and pauses, and where the noise is."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from polyvox.audio.measure.grading import Rule, Scale
from polyvox.audio.measure.take import FRAME_S, Take, decibels, spans_of
from polyvox.domain.samples import Span

RULE: Final = Rule(
    name="snr",
    unit="dB",
    threshold="above 20 dB",
    scale=Scale(full=35, good=20, bad=10, zero=0),
    weight=2.0,
    well="The background is quiet.",
    advice="There is noise behind the voice: turn off fans and music, close the window, and come closer to the microphone.",
)

_HIGHEST: Final = 80.0
"""dB. Pauses of digital silence say no more than that."""
_GUARD_S: Final = 0.1
"""A word dies away so long after its last frame that was taken for speech."""
_ENOUGH: Final = 10
"""Frames of pause (0.2 s) that a level can be told from."""
_QUIETEST: Final = 0.05
"""Without pauses, that share of all frames stands for the noise: gaps between syllables."""


def figure(take: Take) -> float | None:
    """10·log10 of the speech's power over the noise's, up to 8 kHz; None without speech.

    The noise is the median frame of the pauses: a cough or an echo in half of them changes nothing.
    The speech is the mean of its frames less the noise in them. Without a pause the quietest frames
    stand in, so that the figure is the least it can be.
    """
    if not take.spans:
        return None
    noise = float(np.median(take.power[noise_frames(take)]))
    speech = float(np.mean(take.power[take.speaking()])) - noise
    return min(decibels(speech) - decibels(noise), _HIGHEST)


def noisy(take: Take) -> list[Span]:
    """Where the noise is less than 20 dB below the speech, told from the pauses around."""
    if not take.spans:
        return []
    at = np.flatnonzero(noise_frames(take))
    smooth = _running_median(10 * np.log10(take.power[at]))
    level = np.interp(np.arange(len(take.power)), at, smooth)
    speech = decibels(float(np.mean(take.power[take.speaking()])))
    return spans_of(level > speech - RULE.scale.good, FRAME_S)


def noise_frames(take: Take) -> NDArray[np.bool_]:
    for guard_s in (_GUARD_S, 0.0):
        pauses = ~take.speaking(guard_s)
        if pauses.sum() >= _ENOUGH:
            return pauses
    return np.asarray(take.power <= np.quantile(take.power, _QUIETEST))


def _running_median(levels: NDArray[np.float64], reach: int = 5) -> NDArray[np.float64]:
    padded = np.pad(levels, reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    return np.asarray(np.median(windows, axis=1))
