"""The whole report: clean speech passes, each defect is said, and no container changes a figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from polyvox.audio.measure import measure_recording
from polyvox.audio.measure.speaker_weights import speaker_weights
from polyvox.audio.recording import Recording
from polyvox.domain.capabilities import SampleNeeds
from polyvox.domain.samples import Grade, MarkKind, Readiness, SampleReport
from polyvox.errors import BadSample
from tests.support import corpus
from tests.support.corpus import RATE, recording, speech
from tests.support.samples import NEEDS

XTTS, STYLE = "xtts_v2", "styletts2"


def measure(taken: Recording) -> SampleReport:
    return measure_recording(taken, NEEDS)


@pytest.fixture(scope="module")
def clean() -> SampleReport:
    return measure(recording(speech()))


def test_clean_speech_passes(clean: SampleReport) -> None:
    worse = [m.name for m in clean.measures if m.verdict in (Grade.FAIR, Grade.BAD)]
    assert worse == []
    assert clean.quality_score > 0.95
    assert clean.verdicts[XTTS].state is Readiness.READY
    assert clean.verdicts[STYLE].state is Readiness.REPAIRABLE
    assert clean.marks == ()


def test_a_report_survives_json(clean: SampleReport) -> None:
    assert SampleReport.model_validate_json(clean.model_dump_json()) == clean


@pytest.mark.parametrize(
    ("name", "samples"),
    [
        ("snr", lambda: corpus.with_noise(speech(), 9)),
        ("clipping", lambda: corpus.clipped(speech(), 0.02)),
        ("reverberation", lambda: corpus.reverberant(speech(), 1.0) * 0.7),
        ("bandwidth", lambda: corpus.over_the_phone(speech())),
        ("loudness", lambda: speech() * 0.02),
        ("loudness_range", lambda: corpus.uneven(speech(), 12)),
        ("dc_offset", lambda: speech() * 0.5 + 0.03),
        ("pops", lambda: corpus.with_pops(speech(), 6)),
        ("speech", lambda: speech(2)),
    ],
)
def test_a_large_defect_is_bad_and_costs_quality(
    name: str, samples: Callable[[], corpus.Samples], clean: SampleReport
) -> None:
    report = measure(recording(samples()))
    assert report.measure(name).verdict is Grade.BAD
    assert report.quality_score < clean.quality_score - 0.02


def test_two_speakers_are_told_from_one(clean: SampleReport) -> None:
    if speaker_weights() is None:
        pytest.skip("Resemblyzer is not installed")
    assert clean.measure("one_speaker").verdict is Grade.GOOD
    report = measure(recording(corpus.two_speakers()))
    assert report.measure("one_speaker").verdict is Grade.BAD
    assert report.verdicts[XTTS].state is Readiness.UNUSABLE


@pytest.mark.parametrize(
    "samples",
    [np.zeros(5 * RATE), corpus.tone(5), corpus.music(5)],
    ids=["silence", "tone", "music"],
)
def test_without_speech_it_is_worth_nothing(samples: corpus.Samples) -> None:
    report = measure(recording(samples))
    assert report.speech_s < 0.5
    assert report.quality_score < 0.3
    assert {verdict.state for verdict in report.verdicts.values()} == {Readiness.UNUSABLE}


_SAME = {"snr": 3.0, "loudness": 0.6, "loudness_range": 0.3, "reverberation": 0.03, "speech": 0.2}
_WIDE = {"bandwidth": 450, "clipping": 0.001, "one_speaker": 0.03, "pops": 0.1, "breaths": 0.1}


@pytest.mark.parametrize(
    ("suffix", "codec", "rate"),
    [
        ("flac", "flac", 44_100),
        ("mp3", "libmp3lame", 44_100),
        ("ogg", "libopus", 48_000),
        ("m4a", "aac", 44_100),
    ],
)
def test_figures_do_not_change_with_the_container(
    suffix: str, codec: str, rate: int, tmp_path: Path
) -> None:
    noisy = corpus.with_noise(speech(10), 38)
    before = measure(recording(noisy))
    after = measure(corpus.through(tmp_path, noisy, suffix, codec, rate))
    for name, tolerance in (_SAME | _WIDE).items():
        was, is_now = before.measure(name).value, after.measure(name).value
        assert (was is None) == (is_now is None), name
        assert is_now == pytest.approx(was, abs=tolerance), name


def test_long_silence_is_marked_and_cut() -> None:
    samples = np.concatenate([np.zeros(2 * RATE), speech(12)])
    report = measure(recording(samples))
    (mark,) = [mark for mark in report.marks if mark.kind is MarkKind.SILENT]
    assert mark.start_s == 0
    assert mark.end_s == pytest.approx(2, abs=0.15)
    assert report.verdicts[XTTS].state is Readiness.REPAIRABLE


def test_clipping_at_one_end_leaves_a_stretch_to_cut_out() -> None:
    samples = speech() * 0.5
    samples[: 4 * RATE] = corpus.clipped(samples[: 4 * RATE], 0.1)
    report = measure(recording(samples))
    assert report.measure("clipping").verdict is Grade.BAD
    assert report.verdicts[XTTS].state is Readiness.REPAIRABLE
    whole = measure(recording(corpus.clipped(speech(), 0.05)))
    assert whole.verdicts[XTTS].state is Readiness.UNUSABLE


def test_eight_bits_are_too_few() -> None:
    report = measure(replace(recording(speech(8)), bit_depth=8))
    assert report.measure("bit_depth").verdict is Grade.BAD


def test_an_empty_recording_is_refused() -> None:
    empty = Recording(np.zeros((1, 0), dtype=np.float32), RATE, "wav", "pcm_s16le", 16)
    with pytest.raises(BadSample, match="empty"):
        measure(empty)


@pytest.mark.parametrize("samples", [1, 100, 5_000])
def test_the_shortest_recordings_are_measured(samples: int) -> None:
    report = measure(recording(speech()[20_000 : 20_000 + samples], 48_000))
    assert {v.state for v in report.verdicts.values()} == {Readiness.UNUSABLE}


def test_each_engine_is_judged_by_its_own_lengths() -> None:
    """Whoever brings it: the report knows no engine by name."""
    needs = {
        "short_of_best": SampleNeeds(min_s=1, max_s=60, best_min_s=11, best_max_s=13),
        "too_short": SampleNeeds(min_s=30, max_s=60, best_min_s=31, best_max_s=33),
        "too_long": SampleNeeds(min_s=1, max_s=3, best_min_s=2, best_max_s=2.5),
    }
    verdicts = measure_recording(recording(speech(8)), needs).verdicts
    assert list(verdicts) == [verdict.engine for verdict in verdicts.values()] == list(needs)
    assert verdicts["short_of_best"].state is Readiness.READY
    assert "11 to 13 s of speech are best." in verdicts["short_of_best"].because
    assert verdicts["too_short"].state is Readiness.UNUSABLE
    assert "30 s are the least for too_short." in " ".join(verdicts["too_short"].because)
    assert verdicts["too_long"].state is Readiness.REPAIRABLE
    assert "The best 2 to 2.5 s are cut out." in verdicts["too_long"].because


def test_what_was_measured_does_not_depend_on_who_clones() -> None:
    taken = recording(speech(8))
    assert measure(taken).model_copy(update={"verdicts": {}}) == measure_recording(taken, {})
