"""One rate for a whole reply: length, sound and delay."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyvox.audio.resample import StreamResampler, resample
from polyvox.domain.audio import AudioChunk
from tests.unit.audio.tones import as_array, level_db, loudest_hz, speechlike, tone

MAX_DELAY_MS = 50
RATES = [8000, 16_000, 22_050, 24_000, 44_100, 48_000]


def chunks(pcm: bytes, rate: int, samples: int) -> list[AudioChunk]:
    size = 2 * samples
    return [AudioChunk(pcm[i : i + size], rate) for i in range(0, len(pcm), size)]


def through(resampler: StreamResampler, stretch: list[AudioChunk]) -> bytes:
    parts = [*map(resampler.push, stretch), resampler.flush()]
    assert {part.sample_rate for part in parts if part} <= {resampler.target_rate}
    return b"".join(part.pcm for part in parts if part)


def test_the_target_rate_passes_through_untouched_and_at_once() -> None:
    chunk = AudioChunk(speechlike(999, 24_000), 24_000)
    resampler = StreamResampler(24_000)
    assert resampler.push(chunk) == chunk
    assert resampler.flush() is None


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("step", [1, 7, 512, 24_000])
def test_a_stream_equals_the_whole(rate: int, step: int) -> None:
    pcm = speechlike(4001, rate)
    streamed = as_array(through(StreamResampler(24_000), chunks(pcm, rate, step)))
    whole = as_array(resample(AudioChunk(pcm, rate), 24_000).pcm)
    assert len(streamed) == len(whole)
    assert np.abs(streamed - whole).max() <= 1


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    samples=st.integers(0, 5000),
    rate=st.sampled_from(RATES) | st.integers(7000, 50_000),
    target=st.sampled_from(RATES),
    step=st.integers(50, 3000),
)
def test_length_is_right_to_the_sample(samples: int, rate: int, target: int, step: int) -> None:
    out = through(StreamResampler(target), chunks(tone(samples, rate), rate, step))
    assert abs(len(out) // 2 - samples * target / rate) <= 1


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_keeps_its_pitch_and_level(rate: int) -> None:
    out = as_array(through(StreamResampler(24_000), chunks(tone(rate, rate), rate, rate // 50)))
    middle = out[2000:-2000]
    assert loudest_hz(middle, 24_000) == pytest.approx(1000, abs=2)
    assert level_db(middle) == pytest.approx(0, abs=0.05)


def test_what_the_target_cannot_hold_is_filtered_out() -> None:
    out = as_array(
        through(StreamResampler(24_000), chunks(tone(48_000, 48_000, 13_500), 48_000, 480))
    )
    assert np.abs(out[2000:-2000]).max() <= 1


@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("step_ms", [1, 10, 20, 64])
def test_little_audio_is_held_back(rate: int, step_ms: int) -> None:
    resampler = StreamResampler(24_000)
    pushed = came = 0.0
    for chunk in chunks(speechlike(rate, rate), rate, rate * step_ms // 1000):
        out = resampler.push(chunk)
        pushed += chunk.duration_ms
        came += out.duration_ms if out else 0.0
        assert pushed - came <= MAX_DELAY_MS + step_ms * (came == 0)


def test_a_first_chunk_of_usual_size_is_not_swallowed() -> None:
    out = StreamResampler(24_000).push(AudioChunk(speechlike(2205, 22_050), 22_050))
    assert out is not None
    assert out.duration_ms > 50


@pytest.mark.parametrize("target", [24_000, 48_000])
def test_another_provider_takes_over_without_gap_or_click(target: int) -> None:
    """One 1 kHz tone, 500 ms of it at each rate, cut at whole periods."""
    resampler = StreamResampler(target)
    rates = [22_050, 24_000, 16_000, 48_000]
    parts = [resampler.push(c) for r in rates for c in chunks(tone(r // 2, r), r, r // 100)]
    out = as_array(b"".join(p.pcm for p in [*parts, resampler.flush()] if p))
    assert abs(len(out) - target / 2 * len(rates)) <= len(rates)
    steepest = np.abs(np.diff(as_array(tone(target, target)))).max()
    assert np.abs(np.diff(out)).max() < 1.5 * steepest
    assert level_db(out) == pytest.approx(0, abs=0.2)


def test_a_resampler_can_be_used_again_after_flush() -> None:
    resampler = StreamResampler(24_000)
    stretch = chunks(speechlike(3000, 16_000), 16_000, 160)
    assert through(resampler, stretch) == through(resampler, stretch)


def test_loud_audio_is_clipped_not_wrapped() -> None:
    square = np.where(np.arange(4000) // 8 % 2, 32_767, -32_768).astype("<i2").tobytes()
    out = as_array(resample(AudioChunk(square, 16_000), 24_000).pcm)
    inner = out[200:-200]
    assert inner.max() == 32_767
    assert np.abs(np.diff(inner)).max() < 2 * 32_768


def test_no_audio_gives_none() -> None:
    assert resample(AudioChunk(b"", 16_000), 24_000).pcm == b""


@pytest.mark.parametrize("rate", [0, -1])
def test_an_impossible_rate_is_refused(rate: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        StreamResampler(rate)
