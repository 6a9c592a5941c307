"""From recordings with defects of known size to what an engine hears, and what is told of it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray

from polyvox.audio.measure import measure_recording
from polyvox.audio.measure.embedding import embedding
from polyvox.audio.recording import Recording
from polyvox.audio.repair import Prepared, Target, prepare
from polyvox.domain.samples import SampleReport
from polyvox.errors import BadSample
from tests.support import corpus
from tests.support.corpus import RATE, Samples

XTTS = Target(rate=24_000, min_s=6, max_s=30, best_s=17.5)
STYLETTS2 = Target(rate=24_000, min_s=3, max_s=10, best_s=6.5)
BOTH = pytest.mark.parametrize("target", [XTTS, STYLETTS2], ids=["xtts", "styletts2"])


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE))


def _with_silences() -> Samples:
    parts = np.split(corpus.speech(), [8 * RATE])
    return np.concatenate([silence(3), parts[0], silence(4), parts[1], silence(2)])


def _half_clipped() -> Samples:
    clipped = corpus.clipped(corpus.speech(10), 0.02)
    return np.concatenate([clipped, silence(0.4), corpus.speech()])


def _half_popping() -> Samples:
    return np.concatenate([corpus.with_pops(corpus.speech(10), 12), corpus.speech()])


TAKES = {
    "clean": corpus.speech,
    "quiet": lambda: corpus.speech() * 0.02,
    "off zero": lambda: corpus.with_offset(corpus.speech(), 0.05),
    "silences": _with_silences,
    "long": lambda: np.tile(np.concatenate([corpus.speech(), silence(0.4)]), 2),
    "noisy": lambda: corpus.with_noise(np.concatenate([silence(1), corpus.speech()]), 22),
    "half clipped": _half_clipped,
    "half popping": _half_popping,
}


@cache
def taken(name: str) -> tuple[Recording, SampleReport]:
    """As a WAV of 22.05 kHz, and what is measured of it."""
    recording = corpus.recording(TAKES[name]())
    return recording, measure_recording(recording, {})


@cache
def prepared(name: str, target: Target, *, denoise: bool = False) -> Prepared:
    return prepare(*taken(name), target, denoise=denoise)


def measured(made: Prepared, target: Target) -> SampleReport:
    samples = made.samples[None]
    return measure_recording(Recording(samples, target.rate, "wav", "pcm_s16le", 16), {})


def changes(made: Prepared) -> dict[str, float]:
    return {repair.what: repair.amount for repair in made.done}


def voice(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    found = embedding(np.asarray(soxr.resample(samples, rate, 16_000), dtype=np.float32))
    assert found is not None, "Resemblyzer is not installed"
    return found


@cache
def original() -> NDArray[np.float32]:
    """The same voice, before the defects came to it."""
    return voice(corpus.speech().astype(np.float32), RATE)


@BOTH
@pytest.mark.parametrize("name", TAKES)
def test_the_voice_stays_and_the_engine_gets_what_it_wants(name: str, target: Target) -> None:
    made = prepared(name, target)
    assert target.min_s <= len(made.samples) / target.rate <= target.max_s
    assert np.abs(made.samples).max() < 1
    assert made.samples.dtype == np.float32
    assert original() @ voice(made.samples, target.rate) >= 0.9


@BOTH
@pytest.mark.parametrize("name", TAKES)
def test_the_level_is_set_without_clipping(name: str, target: Target) -> None:
    pyloudnorm = pytest.importorskip("pyloudnorm")
    made = prepared(name, target)
    heard = pyloudnorm.Meter(target.rate, "DeMan").integrated_loudness(made.samples)
    assert heard == pytest.approx(target.loudness, abs=0.7)
    assert np.abs(made.samples).max() < 10 ** (-0.9 / 20)


def test_a_good_recording_is_hardly_touched() -> None:
    made = prepared("clean", XTTS)
    assert list(changes(made)) == ["resample", "level"]
    recording, _ = taken("clean")
    assert len(made.samples) / XTTS.rate == pytest.approx(recording.seconds, abs=0.001)
    again = prepare(
        Recording(made.samples[None], XTTS.rate, "wav", "pcm_s16le", 16), measured(made, XTTS), XTTS
    )
    assert again.done == ()
    assert np.array_equal(again.samples, made.samples)


def test_the_level_that_is_told_is_the_one_that_was_added() -> None:
    loud, quiet = changes(prepared("clean", XTTS)), changes(prepared("quiet", XTTS))
    assert quiet["level"] - loud["level"] == pytest.approx(-20 * np.log10(0.02), abs=0.2)


def test_peaks_hold_the_level_back() -> None:
    clicking = corpus.speech() * 0.05
    clicking[RATE] = 0.3
    recording = corpus.recording(clicking)
    made = prepare(recording, measure_recording(recording, {}), XTTS)
    again = measured(made, XTTS)
    assert again.measure("true_peak").value == pytest.approx(-1, abs=0.3)
    assert (again.measure("loudness").value or 0) < XTTS.loudness - 10


def test_an_offset_is_taken_out() -> None:
    made = prepared("off zero", XTTS)
    assert changes(made)["dc_offset"] == pytest.approx(5, abs=0.1)
    assert abs(made.samples.mean()) < 1e-3


def test_silence_goes_and_speech_stays() -> None:
    made = prepared("silences", XTTS)
    before, after = taken("silences")[1], measured(made, XTTS)
    assert after.speech_s == pytest.approx(before.speech_s, abs=0.3)
    done = changes(made)
    assert done["trim"] == pytest.approx(3 + 2 - 2 * 0.2, abs=0.3)
    assert done["pauses"] == pytest.approx(4 - 0.6, abs=0.5)
    seconds = len(made.samples) / XTTS.rate
    assert seconds == pytest.approx(before.duration_s - done["trim"] - done["pauses"], abs=0.01)


@BOTH
def test_of_a_long_take_the_best_length_is_cut_out(target: Target) -> None:
    made = prepared("long", target)
    assert len(made.samples) / target.rate == pytest.approx(target.best_s, abs=0.5)
    assert changes(made)["cut"] == pytest.approx(len(made.samples) / target.rate, abs=0.01)


@BOTH
def test_cuts_are_between_words(target: Target) -> None:
    made = prepared("long", target)
    width = target.rate // 50
    ends = np.concatenate([made.samples[:width], made.samples[-width:]])
    assert np.mean(ends**2) < np.mean(made.samples**2) / 100


@BOTH
@pytest.mark.parametrize(
    ("name", "figure"), [("half clipped", "clipping"), ("half popping", "pops")]
)
def test_what_has_defects_is_left_out(name: str, figure: str, target: Target) -> None:
    assert (taken(name)[1].measure(figure).value or 0) > 0
    made = prepared(name, target)
    assert "cut" in changes(made)
    assert measured(made, target).measure(figure).value == 0


def test_noise_stays_unless_somebody_asks() -> None:
    before = taken("noisy")[1].measure("snr").value or 0
    same = measured(prepared("noisy", XTTS), XTTS).measure("snr").value
    assert same == pytest.approx(before, abs=1)


def test_noise_is_lowered_where_somebody_asks() -> None:
    before = taken("noisy")[1].measure("snr").value or 0
    made = prepared("noisy", XTTS, denoise=True)
    after = measured(made, XTTS).measure("snr").value or 0
    assert after > before + 10
    assert changes(made)["denoise"] == pytest.approx(after - before, abs=3)
    assert original() @ voice(made.samples, XTTS.rate) >= 0.9


def test_noise_that_is_never_heard_alone_is_not_lowered() -> None:
    recording = corpus.recording(corpus.speech(8))
    report = measure_recording(recording, {}).model_copy(update={"marks": ()})
    with pytest.raises(BadSample, match="pause") as caught:
        prepare(recording, report, STYLETTS2, denoise=True)
    assert caught.value.param == "denoise"


def test_channels_are_made_one() -> None:
    recording, report = taken("clean")
    stereo = Recording(
        np.repeat(recording.samples, 2, axis=0), recording.sample_rate, "wav", "pcm_s16le", 16
    )
    made = prepare(stereo, report, XTTS)
    assert changes(made)["mono"] == 2
    assert np.allclose(made.samples, prepared("clean", XTTS).samples, atol=1e-4)


def test_too_little_speech_is_refused() -> None:
    recording = corpus.recording(np.concatenate([corpus.speech(4), silence(5)]))
    with pytest.raises(BadSample, match="6 s are the least"):
        prepare(recording, measure_recording(recording, {}), XTTS)


def test_all_that_is_done_is_told_in_sentences() -> None:
    for name in TAKES:
        for repair in prepared(name, STYLETTS2).done:
            assert repair.sentence.endswith(".")
            assert repair.unit
