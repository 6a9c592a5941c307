"""Noise taken out, which is done only when somebody asks for it: some of the voice goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from polyvox.audio.repair.result import Floats
from polyvox.domain.samples import Mark, MarkKind
from polyvox.errors import BadSample

_WINDOW_S: Final = 0.032
_OVERLAP: Final = 4
_GUARD_S: Final = 0.1
"""A word dies away so long after the beginning of a pause."""
_LEAST_S: Final = 0.2
_ENOUGH_S: Final = 10.0
_FLOOR: Final = 10 ** (-15 / 20)
"""No part of the spectrum is lowered more: what is left masks the tinkling of the rest."""
_SMOOTHING: Final = 0.98
"""Of the signal-to-noise ratio from frame to frame (Ephraim and Malah, 1984)."""


def denoised(samples: Floats, rate: int, noise: Floats) -> Floats:
    """``samples`` [n] with stationary noise lowered by up to 15 dB; ``noise`` is some of it alone.

    A Wiener filter per 32 ms whose signal-to-noise ratio is estimated by the decision-directed
    method (Ephraim and Malah, 1984; Scalart and Filho, 1996).
    """
    size = 2 * round(_WINDOW_S * rate / 2)
    floor = np.maximum(np.mean(np.abs(_spectra(noise, size)) ** 2, axis=0), 1e-12)
    padded = np.pad(samples, size)
    spectra = _spectra(padded, size)
    return _joined(spectra * _gains(spectra, floor), size, len(padded))[size : size + len(samples)]


def noise_of(samples: Floats, rate: int, marks: Sequence[Mark]) -> Floats:
    """The first 10 s of what is heard in the marked silences of ``samples`` [n]. Raises BadSample
    where there is too little."""
    pauses = [mark for mark in marks if mark.kind is MarkKind.SILENT]
    pieces = [
        samples[round((mark.start_s + _GUARD_S) * rate) : round((mark.end_s - _GUARD_S) * rate)]
        for mark in pauses
    ]
    noise = np.concatenate([np.zeros(0, np.float32), *pieces])
    if len(noise) < _LEAST_S * rate:
        raise BadSample(
            "The noise cannot be told from the voice: there is no pause of half a second.",
            param="denoise",
            remedy="Record again, with a second of silence before the first word.",
        )
    return noise[: round(_ENOUGH_S * rate)]


def _gains(spectra: NDArray[np.complex64], floor: NDArray[np.float32]) -> NDArray[np.float32]:
    """[frames, bins], from _FLOOR to 1."""
    posterior = np.abs(spectra) ** 2 / floor
    gains = np.empty(posterior.shape, dtype=np.float32)
    speech = np.maximum(posterior[0] - 1, 0)
    for frame, ratio in enumerate(posterior):
        prior = _SMOOTHING * speech + (1 - _SMOOTHING) * np.maximum(ratio - 1, 0)
        gains[frame] = np.maximum(prior / (1 + prior), _FLOOR)
        speech = gains[frame] ** 2 * ratio
    return gains


def _spectra(samples: Floats, size: int) -> NDArray[np.complex64]:
    """[frames, bins] of ``samples`` [n], of which there is at least one frame."""
    padded = np.pad(samples, (0, max(0, size - len(samples))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[:: size // _OVERLAP]
    return np.asarray(np.fft.rfft(frames * _window(size)), dtype=np.complex64)


def _joined(spectra: NDArray[np.complex64], size: int, length: int) -> Floats:
    """[length] from overlapping frames; the squares of the window add up to a constant."""
    hop, out = size // _OVERLAP, np.zeros(length, np.float32)
    weight = np.zeros(length, np.float32)
    window = _window(size)
    for index, frame in enumerate(np.fft.irfft(spectra, size)):
        out[index * hop : index * hop + size] += frame * window
        weight[index * hop : index * hop + size] += window**2
    return np.asarray(out / np.maximum(weight, 1e-3), dtype=np.float32)


def _window(size: int) -> Floats:
    return np.asarray(np.sin(np.pi * (np.arange(size) + 0.5) / size), dtype=np.float32)
