"""One sample rate for a whole reply, whoever speaks (soxr, streaming)."""

from __future__ import annotations

from typing import Final

import numpy as np
import soxr

from polyvox.audio.pcm import pcm_of, samples_of
from polyvox.domain.audio import AudioChunk

QUALITY: Final = "HQ"
"""soxr's 20-bit recipe: flat to 0.9 of the lower Nyquist frequency, aliases below -140 dB.

Its filter holds back at most 42 ms of audio (76 ms from 8 kHz) until ``flush``; measured, the
first output comes after 37 to 50 ms of input. "LQ" would hold back 20 ms but loses 20 dB there.
"""


class StreamResampler:
    """Chunks of any rate in, chunks of ``target_rate`` (Hz) out, as early as the filter allows.

    Audio at the target rate passes through untouched. A new source rate begins a new stretch: the
    old one's rest comes out first, so nothing is lost or delayed between two providers. Each
    stretch keeps its length to the nearest sample.
    """

    def __init__(self, target_rate: int) -> None:
        if target_rate <= 0:
            raise ValueError("target_rate must be positive")
        self.target_rate = target_rate
        self._source_rate: int | None = None
        self._stream: soxr.ResampleStream | None = None

    def push(self, chunk: AudioChunk) -> AudioChunk | None:
        """What can be played now, or None while the filter fills."""
        rest = b""
        if chunk.sample_rate != self._source_rate:
            rest = self._finish()
            self._begin(chunk.sample_rate)
        return self._chunk(rest + self._convert(chunk.pcm))

    def flush(self) -> AudioChunk | None:
        """The rest of the stretch; the next ``push`` begins a new one."""
        return self._chunk(self._finish())

    def _begin(self, rate: int) -> None:
        self._source_rate = rate
        if rate != self.target_rate:
            # float32, since soxr dithers int16: the same audio would differ from run to run.
            self._stream = soxr.ResampleStream(
                rate, self.target_rate, 1, dtype="float32", quality=QUALITY
            )

    def _finish(self) -> bytes:
        rest = self._convert(b"", last=True) if self._stream else b""
        self._source_rate = self._stream = None
        return rest

    def _convert(self, pcm: bytes, *, last: bool = False) -> bytes:
        if self._stream is None:
            return pcm
        return pcm_of(self._stream.resample_chunk(samples_of(pcm).astype(np.float32), last=last))

    def _chunk(self, pcm: bytes) -> AudioChunk | None:
        return AudioChunk(pcm, self.target_rate) if pcm else None


def resample(chunk: AudioChunk, target_rate: int) -> AudioChunk:
    """Whole audio at ``target_rate`` (Hz)."""
    resampler = StreamResampler(target_rate)
    parts = (resampler.push(chunk), resampler.flush())
    return AudioChunk(b"".join(part.pcm for part in parts if part), target_rate)
