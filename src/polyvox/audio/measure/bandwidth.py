"""How high the voice reaches: a phone recording stored at 48 kHz is found out."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from polyvox.audio.measure.grading import Rule, Scale
from polyvox.audio.measure.take import FRAME_S, Take

RULE: Final = Rule(
    name="bandwidth",
    unit="Hz",
    threshold="above 7000 Hz",
    scale=Scale(full=9_000, good=7_000, bad=4_500, zero=2_000),
    weight=1.25,
    well="The voice is there up to its highest sounds.",
    advice="The high sounds are missing, as after a telephone, a Bluetooth headset or strong compression, whatever the sample rate says: record with the device's own microphone, and save as WAV.",
    unknown="Noise hides the high sounds, or there is too little speech to tell.",
)

_BAND: Final = 4
"""Bins of 50 Hz in a band."""
_BAND_HZ: Final = _BAND / FRAME_S
_AUDIBLE_DB: Final = -65.0
"""Below the strongest band; what is lower is the noise of 16 bits, or a filter's rest."""
_STANDS_OUT_DB: Final = 10.0
"""The loudest twentieth of frames is 5 dB above the median in mere noise."""
_CLIFF_DB: Final = 20.0
_MASKED_DB: Final = -60.0
_LOUD: Final = 0.95
"""The quantile of frames in which s and sh show."""
_FRAMES: Final = 1 << 12


def figure(take: Take) -> float | None:
    """Hz of the highest band of 200 Hz in which speech stands out of the pauses.

    Where the speech sinks into noise little by little, its end cannot be told: None. A cliff is an
    end also in noise.
    """
    bands = _bands(take)
    speaking = take.speaking()[: len(bands)]
    if speaking.sum() < 1 / FRAME_S:
        return None
    loud = 10 * np.log10(np.quantile(bands[: len(speaking)][speaking], _LOUD, axis=0))
    pauses = ~take.speaking(0.1)[: len(bands)]
    quiet = (
        10 * np.log10(np.median(bands[: len(pauses)][pauses], axis=0))
        if pauses.any()
        else loud - 100
    )
    out = loud - quiet
    audible = np.flatnonzero((loud > loud.max() + _AUDIBLE_DB) & (out > _STANDS_OUT_DB))
    if not len(audible):
        return None
    edge = int(audible[-1])
    masked = quiet[edge] > loud.max() + _MASKED_DB and edge + 1 < len(out)
    if masked and out[max(0, edge - 2) : edge + 1].max() < _CLIFF_DB:
        return None
    return min((edge + 1) * _BAND_HZ, take.recording.sample_rate / 2)


def _bands(take: Take) -> NDArray[np.float32]:
    """Power [frames, bands] of the file's own samples, at its own rate."""
    width = round(take.recording.sample_rate * FRAME_S)
    frames = take.mono[: len(take.mono) // width * width].reshape(-1, width)
    window = np.hanning(width).astype(np.float32)
    pieces = [
        np.abs(np.fft.rfft(frames[at : at + _FRAMES] * window)) ** 2
        for at in range(0, len(frames), _FRAMES)
    ]
    bins = [piece[:, : piece.shape[1] // _BAND * _BAND] for piece in pieces]
    bands = [piece.reshape(len(piece), -1, _BAND).mean(axis=2) for piece in bins]
    empty = np.zeros((0, 1))
    return np.maximum(np.concatenate(bands) if bands else empty, 1e-14).astype(np.float32)
