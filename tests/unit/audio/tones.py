"""Test signals, s16le mono, and what is heard in them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

AMPLITUDE = 8000


def to_pcm(samples: NDArray[np.float64]) -> bytes:
    return bytes(np.rint(samples).astype("<i2").tobytes())


def tone(samples: int, rate: int, hz: float = 1000.0) -> bytes:
    at = np.arange(samples) / rate
    return to_pcm(AMPLITUDE * np.sin(2 * np.pi * hz * at))


def speechlike(samples: int, rate: int, seed: int = 1) -> bytes:
    """Low-passed noise with syllables: nothing in it repeats, so a shift or a gap shows."""
    noise = np.random.default_rng(seed).standard_normal(samples + rate // 100)
    smooth = np.convolve(noise, np.hanning(rate // 1000), "same")[:samples]
    syllables = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * np.arange(samples) / rate)
    wave = smooth * syllables
    return to_pcm(wave / max(np.abs(wave), default=1.0) * 2 * AMPLITUDE)


def as_array(pcm: bytes) -> NDArray[np.float64]:
    return np.frombuffer(pcm, "<i2").astype(np.float64)


def loudest_hz(samples: NDArray[np.float64], rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * rate / len(samples)


def level_db(samples: NDArray[np.float64]) -> float:
    """Level of a sine against AMPLITUDE, in dB."""
    return float(20 * np.log10(samples.std() * np.sqrt(2) / AMPLITUDE))
