"""Each measure finds its defect of known size, at its threshold, and little else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from polyvox.audio.measure import bandwidth, bursts, clipping, level, noise, offset, reverberation
from polyvox.audio.measure.take import Take, to_mono
from polyvox.audio.recording import Recording
from tests.support import corpus
from tests.support.corpus import RATE, Samples, recording, speech


def take(samples: Samples, sample_rate: int = RATE) -> Take:
    return Take.of(recording(samples, sample_rate))


@pytest.mark.parametrize("snr_db", [5, 10, 15, 20, 25, 30, 35, 40])
def test_snr_is_true_to_3_db(snr_db: float) -> None:
    measured = noise.figure(take(corpus.with_noise(speech(8) * 0.3, snr_db)))
    assert measured == pytest.approx(snr_db, abs=3.0)


def test_snr_is_true_without_pauses() -> None:
    noisy = corpus.with_noise(speech(), 15)
    spans = take(noisy).spans
    pieces = [noisy[round(s.start_s * RATE) : round(s.end_s * RATE)] for s in spans[1:6]]
    measured = noise.figure(take(np.concatenate(pieces)))
    assert measured == pytest.approx(15, abs=3.0)


def test_the_noisy_stretch_is_marked() -> None:
    samples = speech()
    samples[: 8 * RATE] = corpus.with_noise(samples, 10)[: 8 * RATE]
    (span,) = noise.noisy(take(samples))
    assert span.start_s == pytest.approx(0, abs=0.1)
    assert span.end_s == pytest.approx(8, abs=1.0)
    assert noise.noisy(take(speech())) == []


@pytest.mark.parametrize("share", [0.0005, 0.01, 0.05])
def test_clipping_is_measured_at_any_level_and_rate(share: float) -> None:
    loud = corpus.clipped(speech(10), share)
    assert clipping.figure(take(loud)) == pytest.approx(100 * share, rel=0.15)
    assert clipping.figure(take(loud * 0.4, 48_000)) == pytest.approx(100 * share, rel=0.35)


def test_speech_is_not_taken_for_clipped() -> None:
    for samples in (speech(), corpus.with_noise(speech(), 15), corpus.other_speaker()):
        assert clipping.figure(take(samples)) == 0


def test_clipped_stretches_are_marked() -> None:
    samples = speech(10)
    samples[: 5 * RATE] = corpus.clipped(samples[: 5 * RATE], 0.02)
    samples[5 * RATE :] *= 0.5
    spans = clipping.clipped(take(samples))
    assert spans
    assert max(span.end_s for span in spans) <= 5.02


def test_one_clipped_channel_is_found() -> None:
    left, right = corpus.clipped(speech(10), 0.01), speech(10) * 0.3
    stereo = np.stack([left, right]).astype(np.float32)
    found = clipping.figure(Take.of(replace(recording(left), samples=stereo)))
    assert found == pytest.approx(1.0, rel=0.15)


@pytest.mark.parametrize("t60_s", [0.3, 0.6])
def test_reverberation_is_near_the_rooms(t60_s: float) -> None:
    measured = reverberation.figure(take(corpus.reverberant(speech(), t60_s) * 0.7))
    assert measured == pytest.approx(t60_s, rel=0.3)


def test_reverberation_grows_with_the_room_and_is_short_without() -> None:
    dry = reverberation.figure(take(speech()))
    rooms = [
        reverberation.figure(take(corpus.reverberant(speech(), t60) * 0.7)) for t60 in (0.4, 0.8)
    ]
    near, far = rooms
    assert dry is not None
    assert near is not None
    assert far is not None
    assert dry < reverberation.RULE.scale.full < near < reverberation.RULE.scale.bad <= far


def test_noise_hides_the_room() -> None:
    assert reverberation.figure(take(corpus.with_noise(speech(), 8))) is None


@pytest.mark.parametrize("high_hz", [3_400, 5_500, 7_000])
def test_the_band_is_found_whatever_the_sample_rate_says(high_hz: int) -> None:
    measured = bandwidth.figure(take(corpus.band_limited(speech(10), high_hz), 48_000))
    assert measured == pytest.approx(high_hz, abs=250)


def test_a_telephone_is_found_in_noise_but_noise_is_no_telephone() -> None:
    phone = corpus.with_noise(corpus.over_the_phone(speech()), 30)
    assert bandwidth.figure(take(phone, 48_000)) == pytest.approx(3_400, abs=250)
    assert bandwidth.figure(take(corpus.with_noise(speech(), 20))) is None


@pytest.mark.parametrize("percent", [0.0, 0.5, 2.0, -5.0])
def test_the_offset_is_measured(percent: float) -> None:
    samples = speech(5)
    samples -= samples.mean()
    measured = offset.figure(take(samples * 0.5 + percent / 100))
    assert measured == pytest.approx(abs(percent), abs=0.02)


@pytest.mark.parametrize("count", [0, 4])
def test_pops_are_counted(count: int) -> None:
    assert len(bursts.pops(take(corpus.with_pops(speech(), count)))) == count


def test_breaths_are_counted_and_echoes_are_none() -> None:
    breathing = corpus.with_breaths(speech(), 5)
    seconds = len(breathing) / RATE
    measured = bursts.breaths_per_minute(take(breathing))
    assert measured == pytest.approx(5 * 60 / seconds)
    assert bursts.breaths_per_minute(take(speech())) == 0
    assert bursts.breaths_per_minute(take(corpus.reverberant(speech(), 0.8) * 0.7)) == 0


def test_loudness_is_the_standards() -> None:
    """EBU Tech 3341, case 1 in one channel: a 1 kHz sine at -23 dBFS is -26.0 LUFS (±0.1)."""
    t = np.arange(20 * 48_000) / 48_000
    sine = np.sin(2 * np.pi * 1000 * t) * 10 ** (-23 / 20)
    assert level.loudness(Take.of(_at(sine, 48_000))) == pytest.approx(-26.0, abs=0.1)


@pytest.mark.parametrize("sample_rate", [16_000, 48_000])
def test_loudness_is_that_of_an_independent_meter(sample_rate: int) -> None:
    pyloudnorm = pytest.importorskip("pyloudnorm")
    own = take(speech(), sample_rate)
    other = pyloudnorm.Meter(sample_rate, "DeMan").integrated_loudness(own.mono)
    assert level.loudness(own) == pytest.approx(other, abs=0.15)


def test_a_peak_between_two_samples_is_found() -> None:
    """A sine at a quarter of the rate, 45° off: its samples are 3 dB below its peaks."""
    n = np.arange(48_000)
    sine = 0.5 * np.sin(np.pi / 2 * n + np.pi / 4) * np.hanning(len(n))
    assert np.abs(sine).max() < 0.36
    assert level.true_peak(Take.of(_at(sine, 48_000))) == pytest.approx(-6.02, abs=0.1)


def test_unevenness_grows_by_what_the_speaker_turns_away() -> None:
    even = level.evenness(take(speech()))
    assert even is not None
    assert even < level.EVENNESS.scale.full
    away = level.evenness(take(corpus.uneven(speech(), 10)))
    assert away == pytest.approx(even + 10, abs=1.5)


def test_channels_that_cancel_each_other_leave_one() -> None:
    one = speech(1).astype(np.float32)
    assert np.array_equal(to_mono(np.stack([one, -one])), one)
    assert np.allclose(to_mono(np.stack([one, 0 * one])), one / 2)


def _at(samples: Samples, sample_rate: int) -> Recording:
    return Recording(samples.astype(np.float32)[None], sample_rate, "wav", "pcm_f32le", 32)
