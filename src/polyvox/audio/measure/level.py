"""Level: true peak and loudness after ITU-R BS.1770, and how even the loudness stays."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from polyvox.audio.measure.grading import Rule, Scale
from polyvox.audio.measure.take import FLOOR, FRAME_S, Floats, Take

PEAK: Final = Rule(
    name="true_peak",
    unit="dBTP",
    threshold="at most 0 dBTP",
    scale=Scale(full=-1, good=0, bad=3, zero=6),
    weight=0.25,
    well="There is headroom.",
    advice="The peaks between samples go beyond full scale: turn the level down before saving.",
    unknown="There is no sound.",
)
LOUDNESS: Final = Rule(
    name="loudness",
    unit="LUFS",
    threshold="above -35 LUFS",
    scale=Scale(full=-30, good=-35, bad=-50, zero=-65),
    weight=0.5,
    well="It is loud enough.",
    advice="It is very quiet: come closer to the microphone or turn it up. Preparation raises the level, and the noise with it.",
    unknown="There is no sound.",
)
EVENNESS: Final = Rule(
    name="loudness_range",
    unit="dB",
    threshold="below 8 dB",
    scale=Scale(full=5, good=8, bad=14, zero=25),
    weight=0.75,
    well="The volume stays even.",
    advice="The volume changes: keep the same distance to the microphone (a hand and a half), and do not turn away.",
    unknown="Less than 4 s of speech: too little to tell.",
)

_BLOCK_S: Final = 0.4
_STEP_S: Final = 0.1
_SILENCE_LUFS: Final = -70.0
_GATE_LU: Final = -10.0
_OVERSAMPLED: Final = 4
_PIECE: Final = 1 << 18
_MARGIN: Final = 256
"""Samples at a piece's ends whose interpolation knows too little of what comes after."""
_WINDOW: Final = round(2 / FRAME_S)
"""Frames of speech that one volume is taken of."""


def true_peak(take: Take) -> float | None:
    """dBTP of the loudest channel, oversampled four times (BS.1770, annex 2)."""
    channels = take.recording.samples
    peak = max((oversampled_peak(channel) for channel in channels), default=0.0)
    return 20 * float(np.log10(peak)) if peak else None


def loudness(take: Take) -> float | None:
    """Integrated loudness in LUFS of the one channel that is cloned from; None for silence."""
    return integrated_loudness(take.mono, take.recording.sample_rate)


def integrated_loudness(samples: Floats, rate: int) -> float | None:
    """In LUFS, of one channel [n] at ``rate`` Hz; None where nothing is louder than -70 LUFS.

    BS.1770-4: blocks of 400 ms every 100 ms, gated at -70 LUFS and 10 LU below the rest.
    """
    blocks = _block_power(k_weighted(samples, rate), rate)
    blocks = blocks[_lufs(blocks) > _SILENCE_LUFS]
    if not len(blocks):
        return None
    gated = blocks[_lufs(blocks) > _lufs(blocks.mean()) + _GATE_LU]
    return float(_lufs(gated.mean()))


def evenness(take: Take) -> float | None:
    """The spread in dB between soft and loud stretches of 2 s of speech (10th to 95th percentile,
    as EBU Tech 3342 has it), pauses left out; None below 4 s of speech."""
    power = take.power[take.speaking()]
    if len(power) < 2 * _WINDOW:
        return None
    total = np.concatenate([[0.0], np.cumsum(power)])
    levels = 10 * np.log10((total[_WINDOW:] - total[:-_WINDOW]) / _WINDOW)
    low, high = np.percentile(levels, [10, 95])
    return float(high - low)


def k_weighted(samples: Floats, rate: int) -> Floats:
    """[n] through BS.1770's two filters. They are given for 48 kHz; other rates take their response.

    Applied to the spectrum, since that is the same for every rate and needs no filter design.
    """
    # The filters' ring must not come around to the beginning; a power of two is the soonest made.
    size = 1 << (len(samples) + rate // 10).bit_length()
    at = np.exp(-2j * np.pi * np.minimum(np.fft.rfftfreq(size, 1 / rate), 24_000) / 48_000)
    shelf = _biquad(
        at,
        (1.53512485958697, -2.69169618940638, 1.19839281085285),
        (-1.69065929318241, 0.73248077421585),
    )
    highpass = _biquad(at, (1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621))
    response = (shelf * highpass).astype(np.complex64)
    weighted = np.fft.irfft(np.fft.rfft(samples, size) * response, size)
    return np.asarray(weighted[: len(samples)], dtype=np.float32)


def _biquad(
    z: NDArray[np.complex128], b: tuple[float, float, float], a: tuple[float, float]
) -> NDArray[np.complex128]:
    above: NDArray[np.complex128] = b[0] + z * (b[1] + z * b[2])
    below: NDArray[np.complex128] = 1 + z * (a[0] + z * a[1])
    return above / below


def _block_power(samples: Floats, rate: int) -> NDArray[np.float64]:
    total = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
    width, step = round(_BLOCK_S * rate), round(_STEP_S * rate)
    starts = np.arange(0, len(samples) - width + 1, step)
    return np.asarray((total[starts + width] - total[starts]) / width)


def _lufs(power: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    return np.asarray(-0.691 + 10 * np.log10(np.maximum(power, FLOOR)))


def oversampled_peak(samples: Floats) -> float:
    """The highest absolute value of [n] and between its samples; full scale is 1."""
    import soxr

    peak = float(np.abs(samples).max(initial=0.0))
    for start in range(0, len(samples), _PIECE):
        piece = samples[max(0, start - _MARGIN) : start + _PIECE + _MARGIN]
        between = soxr.resample(piece, 1, _OVERSAMPLED)
        first = _MARGIN * _OVERSAMPLED if start else 0
        inner = between[first : first + _PIECE * _OVERSAMPLED]
        peak = max(peak, float(np.abs(inner).max(initial=0.0)))
    return peak
