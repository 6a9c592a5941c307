"""Levels and silence."""

from __future__ import annotations

import struct

import pytest

from polyvox.audio.pcm import SILENCE_PEAK, is_silent, peak, silence


def pcm(*samples: int) -> bytes:
    return struct.pack(f"<{len(samples)}h", *samples)


@pytest.mark.parametrize(
    ("ms", "rate", "samples"), [(0, 24_000, 0), (250, 24_000, 6000), (1, 22_050, 22)]
)
def test_silence_has_its_length(ms: float, rate: int, samples: int) -> None:
    chunk = silence(ms, rate)
    assert (chunk.samples, chunk.sample_rate) == (samples, rate)
    assert is_silent(chunk.pcm)


@pytest.mark.parametrize(
    ("samples", "expected"),
    [((), 0), ((0, 0), 0), ((3, -7), 7), ((32767,), 32767), ((-32768, 1), 32768)],
)
def test_peak_is_the_largest_magnitude(samples: tuple[int, ...], expected: int) -> None:
    assert peak(pcm(*samples)) == expected


def test_the_threshold_is_minus_60_db() -> None:
    assert SILENCE_PEAK == 32
    assert is_silent(pcm(31, -31))
    assert not is_silent(pcm(0, -32, 0))


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="buffer size"):
        peak(b"\0\0\0")
