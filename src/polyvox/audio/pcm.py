"""Small questions about PCM: 16-bit signed little-endian, one channel."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from polyvox.domain.audio import SAMPLE_BYTES, AudioChunk

FULL_SCALE: Final = 32_768
"""The level that is 0 dBFS."""
SILENCE_DBFS: Final = -60.0
"""Nobody hears speech whose loudest sample is below this."""
SILENCE_PEAK: Final = int(FULL_SCALE * 10 ** (SILENCE_DBFS / 20))


def samples_of(pcm: bytes) -> NDArray[np.int16]:
    """``pcm`` as an array of shape (samples,), without a copy. Raises ValueError on half a sample."""
    return np.frombuffer(pcm, dtype="<i2")


def pcm_of(samples: NDArray[np.floating]) -> bytes:
    """Samples in int16 units, shape (samples,), rounded and clipped."""
    clipped: NDArray[np.floating] = np.clip(np.rint(samples), -FULL_SCALE, FULL_SCALE - 1)
    return clipped.astype("<i2").tobytes()


def silence(ms: float, sample_rate: int) -> AudioChunk:
    """``ms`` of digital silence at ``sample_rate`` (Hz)."""
    return AudioChunk(bytes(SAMPLE_BYTES * round(ms * sample_rate / 1000)), sample_rate)


def peak(pcm: bytes) -> int:
    """The largest magnitude of a sample, 0 to 32768; 0 for no audio."""
    samples = samples_of(pcm)
    return max(int(samples.max()), -int(samples.min())) if len(samples) else 0


def is_silent(pcm: bytes) -> bool:
    """Whether no sample reaches SILENCE_DBFS. No audio is silent."""
    return peak(pcm) < SILENCE_PEAK
