"""How long the room answers, told from how steeply sounds die away."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from polyvox.audio.measure import noise
from polyvox.audio.measure.grading import Rule, Scale
from polyvox.audio.measure.take import Take, decibels
from polyvox.audio.measure.voice import VOICE_RATE

RULE: Final = Rule(
    name="reverberation",
    unit="s",
    threshold="below 0.4 s",
    scale=Scale(full=0.3, good=0.4, bad=0.6, zero=1.5),
    weight=1.0,
    well="The room is hardly heard.",
    advice="The room echoes: go where there are curtains, carpets or a full wardrobe, and come closer to the microphone.",
    unknown="Noise hides how sounds die away, or there is too little speech to tell.",
)

_HOP: Final = VOICE_RATE // 100
_LENGTH: Final = 12
"""Hops of 10 ms that a decay is followed for."""
_STRAIGHT_DB: Final = 3.0
"""A decay is exponential: its level in dB is a line to this RMS."""
_ABOVE_NOISE_DB: Final = 10.0
_LEAST_SNR_DB: Final = 13.0
"""In more noise no decay can be followed far enough."""
_RANGE_DB: Final = 60.0
_STEEPEST: Final = 0.05
_FEWEST: Final = 20


def figure(take: Take) -> float | None:
    """Seconds in which the steepest decays would fall by 60 dB.

    Speech stops slowly or suddenly, but no sound dies away faster than its room lets it. So the
    5th percentile of the slopes of all straight decays, 120 ms long and above the noise, tells of
    the room (as blind estimators of the reverberation time do, e.g. Löllmann et al., 2010). Clean
    speech has 0.25 s. The direct sound of a close microphone makes decays steeper: with 6 dB more
    of it than of echoes, a room of 0.8 s measures 0.45 s; that is meant, as it is heard less, too.
    """
    snr_db = noise.figure(take)
    if snr_db is None or snr_db < _LEAST_SNR_DB:
        return None
    hops = take.voice[: len(take.voice) // _HOP * _HOP].reshape(-1, _HOP)
    power = np.convolve(np.mean(hops.astype(np.float64) ** 2, axis=1), np.ones(3) / 3, "same")
    level = 10 * np.log10(power + 1e-12)
    if len(level) < 10 * _LENGTH:
        return None
    noise_db = decibels(float(np.median(take.power[noise.noise_frames(take)])))
    floor = max(noise_db + _ABOVE_NOISE_DB, level.max() - _RANGE_DB)
    slopes = _decays(level, floor)
    if len(slopes) < _FEWEST:
        return None
    return float(-60 / (100 * np.quantile(slopes, _STEEPEST)))


def _decays(level: NDArray[np.float64], floor: float) -> NDArray[np.float64]:
    """Slopes in dB a hop of all stretches of _LENGTH that fall straight and stay above the floor."""
    windows = np.lib.stride_tricks.sliding_window_view(level, _LENGTH)
    at = np.arange(_LENGTH) - (_LENGTH - 1) / 2
    slopes = (windows @ at) / (at @ at)
    off = windows - windows.mean(axis=1, keepdims=True) - slopes[:, None] * at
    straight = np.sqrt(np.mean(off**2, axis=1)) < _STRAIGHT_DB
    return np.asarray(slopes[straight & (windows[:, -1] > floor) & (slopes < -0.1)])
