"""A recording made ready to be measured: one channel, the voice's band, where somebody speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from polyvox.audio.measure.voice import VOICE_RATE, bridged, speech_spans
from polyvox.audio.recording import Recording
from polyvox.domain.samples import Span

FRAME_S: Final = 0.02
"""Length of the frames that levels are taken of."""
_BREAK_S: Final = 0.3
"""A shorter gap belongs to the speech: a stop before a plosive, a breath between words."""
_LOWEST_HZ: Final = 20.0
"""What is lower is neither heard nor kept by all codecs."""
_CANCELLED: Final = 0.1
"""Power that the channels' mean keeps when they are in phase is at least that part."""

Floats = NDArray[np.float32]
FLOOR: Final = 1e-12
"""Power below every sound of a file (-120 dBFS), so that logarithms stay finite."""


@dataclass(frozen=True, slots=True)
class Take:
    """What all measures look at. ``mono`` [n] has the recording's rate, ``voice`` [m] VOICE_RATE.

    Figures of ``voice`` do not depend on the rate of the file. It has what lies
    between 20 Hz and 8 kHz; ``power`` is that of its frames of FRAME_S.
    """

    recording: Recording
    mono: Floats
    voice: Floats
    power: NDArray[np.float64]
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, recording: Recording) -> Take:
        import soxr

        mono = to_mono(recording.samples)
        voice = soxr.resample(mono, recording.sample_rate, VOICE_RATE, quality="HQ")
        voice = band(voice, VOICE_RATE, _LOWEST_HZ, VOICE_RATE / 2)
        return cls(recording, mono, voice, frame_power(voice, VOICE_RATE), speech_spans(voice))

    @property
    def speech(self) -> tuple[Span, ...]:
        """The spans with the short gaps that belong to speaking."""
        return bridged(self.spans, _BREAK_S)

    @property
    def speech_s(self) -> float:
        return sum(span.length_s for span in self.speech)

    def speaking(self, guard_s: float = 0.0) -> NDArray[np.bool_]:
        """Per frame of ``power``: whether it lies in speech, widened by ``guard_s`` at both ends."""
        return frames_in(self.spans, len(self.power), guard_s)


def to_mono(samples: Floats) -> Floats:
    """[channels, n] to [n]: the channels' mean, or the loudest where they cancel each other."""
    mean: Floats = samples.mean(axis=0, dtype=np.float32)
    power = np.mean(samples**2, axis=1)
    if np.mean(mean**2) < _CANCELLED * power.sum() / len(samples) ** 2:
        mean = samples[int(np.argmax(power))]
    return mean


def band(samples: Floats, rate: int, low_hz: float, high_hz: float) -> Floats:
    """[n] without what lies outside of the band."""
    spectrum = np.fft.rfft(samples)
    at = np.fft.rfftfreq(len(samples), 1 / rate)
    spectrum[(at < low_hz) | (at > high_hz)] = 0
    return np.asarray(np.fft.irfft(spectrum, len(samples)), dtype=np.float32)


def frame_power(samples: Floats, rate: int) -> NDArray[np.float64]:
    """Mean power of each whole frame of FRAME_S."""
    width = round(rate * FRAME_S)
    frames = samples[: len(samples) // width * width].reshape(-1, width)
    power = np.einsum("ij,ij->i", frames, frames, dtype=np.float64) / width
    return np.asarray(np.maximum(power, FLOOR))


def frames_in(spans: tuple[Span, ...], count: int, guard_s: float = 0.0) -> NDArray[np.bool_]:
    """Which of ``count`` frames have their middle in one of the spans."""
    inside = np.zeros(count, dtype=bool)
    for span in spans:
        start, end = (span.start_s - guard_s) / FRAME_S, (span.end_s + guard_s) / FRAME_S
        inside[max(0, round(start)) : max(0, round(end))] = True
    return inside


def spans_of(flags: NDArray[np.bool_], step_s: float) -> list[Span]:
    """The stretches in which ``flags``, one every ``step_s``, are set."""
    edges = np.flatnonzero(np.diff(np.r_[False, flags, False].astype(np.int8))) * step_s
    return [Span(start_s=float(a), end_s=float(b)) for a, b in edges.reshape(-1, 2)]


def decibels(power: float) -> float:
    return float(10 * np.log10(max(power, FLOOR)))
