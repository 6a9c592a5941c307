from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper

from polyvox.hosting.cancel import CancelToken
from polyvox.providers.piper.cores import Cores, Session
from polyvox.providers.piper.graph import extract, find_parts
from polyvox.providers.piper.loaded import PEAK, SAME, LoadedVoice
from polyvox.providers.piper.loading import Loader
from polyvox.providers.piper.pace import add_pace
from polyvox.providers.piper.parts import PACE, Parts
from polyvox.providers.piper.spelling import Speller
from polyvox.providers.piper.streaming import (
    FIRST_WINDOW,
    GROWTH,
    WIDEST_WINDOW,
    WindowedVoice,
    windows,
)
from polyvox.providers.piper.voices import read_voice

from .stage import JOE, JOE_CONFIG, JOE_MODEL, SENTENCE, SPEAKERS, write_voice

RATE, HOP = 22_050, 256
OWN_PACE = {PACE: np.ones(1, np.float32)}


class Cut(NamedTuple):
    """A voice cut in three, and the folder of its parts."""

    parts: Parts
    voice: WindowedVoice
    folder: Path


@pytest.fixture(scope="module")
def joe(tmp_path_factory: pytest.TempPathFactory) -> Cut:
    return cut(JOE_MODEL, tmp_path_factory.mktemp("joe"))


@pytest.fixture(scope="module")
def cut_trio(trio: Path, tmp_path_factory: pytest.TempPathFactory) -> Cut:
    return cut(trio, tmp_path_factory.mktemp("cut"))


def cut(model: Path, folder: Path) -> Cut:
    whole = onnx.load(str(model))
    assert add_pace(whole)
    parts = find_parts(whole)
    assert parts is not None
    cores = Cores(1, 1)
    sessions = []
    for name in ("text", "flow", "decoder"):
        onnx.save(extract(whole, getattr(parts, name)), str(folder / name))
        sessions.append(Session(folder / name, cores))
    return Cut(parts, WindowedVoice(parts, *sessions), folder)


def feeds(config: Path, text: str = SENTENCE, speaker: int | None = None) -> dict[str, np.ndarray]:
    ids = next(Speller(config).sentences(text))
    given = {
        "input": np.array([ids]),
        "input_lengths": np.array([len(ids)]),
        "scales": np.array([0.0, 1.0, 0.0], np.float32),
    }
    return given if speaker is None else {**given, "sid": np.array([speaker])}


def test_the_parts_in_windows_say_what_the_uncut_model_says(joe: Cut) -> None:
    given = feeds(JOE_CONFIG)
    uncut = onnxruntime.InferenceSession(str(JOE_MODEL)).run(None, given)[0].reshape(-1)
    pieces = list(joe.voice.audio({**given, **OWN_PACE}))
    assert len(pieces) >= 3
    assert np.abs(np.concatenate(pieces) - uncut).max() < SAME


def test_windows_of_any_width_agree(joe: Cut) -> None:
    voice = joe.voice
    frames = voice.frames({**feeds(JOE_CONFIG, "No, thank you."), **OWN_PACE})
    count = next(iter(frames.values())).shape[-1]
    whole = np.concatenate(list(voice.decode(frames, [(0, count)])))
    for width in (1, 7, 40):
        plan = [(start, min(count, start + width)) for start in range(0, count, width)]
        pieces = np.concatenate(list(voice.decode(frames, plan)))
        assert np.abs(pieces - whole).max() < SAME


def test_a_frame_changes_nothing_beyond_the_counted_context(joe: Cut) -> None:
    assert (joe.parts.flow.context, joe.parts.decoder.context) == (32, 12)
    frames = joe.voice.frames({**feeds(JOE_CONFIG, "No, thank you."), **OWN_PACE})
    prior, at = joe.parts.flow.inputs[0], 50
    changed = frames[prior].astype(np.float32)
    changed[..., at] += np.float32(1.0)
    count = changed.shape[-1]
    one, other = (
        np.concatenate(list(joe.voice.decode(given, [(0, count)])))
        for given in (frames, {**frames, prior: changed})
    )
    touched = np.flatnonzero(np.abs(other - one) > SAME) // HOP
    reach = joe.parts.flow.context + joe.parts.decoder.context
    assert at - reach <= touched.min() < at < touched.max() <= at + reach


@pytest.mark.parametrize("speaker", range(SPEAKERS))
def test_a_voice_of_several_speakers_is_cut_too(trio: Path, cut_trio: Cut, speaker: int) -> None:
    parts, voice, _ = cut_trio
    assert len(parts.decoder.inputs) == 2
    given = feeds(trio.with_name(f"{trio.name}.json"), "No, thank you.", speaker)
    uncut = onnxruntime.InferenceSession(str(trio)).run(None, given)[0].reshape(-1)
    assert np.abs(np.concatenate(list(voice.audio({**given, **OWN_PACE}))) - uncut).max() < SAME
    joe = feeds(JOE_CONFIG, "No, thank you.")
    first = onnxruntime.InferenceSession(str(JOE_MODEL)).run(None, joe)[0].reshape(-1)
    assert (len(first) == len(uncut) and np.allclose(first, uncut, atol=SAME)) is (speaker == 0)


def test_a_graph_without_a_decoder_has_no_parts() -> None:
    node = helper.make_node("Identity", ["input"], ["output"])
    kind = onnx.TensorProto.FLOAT
    ends = [helper.make_tensor_value_info(name, kind, None) for name in ("input", "output")]
    assert find_parts(helper.make_model(helper.make_graph([node], "g", ends[:1], ends[1:]))) is None


@pytest.mark.parametrize("frames", [1, 31, 32, 48, 49, 160, 464, 2_000])
def test_windows_cover_every_frame_once_and_grow(frames: int) -> None:
    plan = list(windows(frames))
    assert [frame for start, end in plan for frame in range(start, end)] == list(range(frames))
    widths = [end - start for start, end in plan]
    assert widths[0] <= FIRST_WINDOW * 3 // 2
    assert max(widths) <= WIDEST_WINDOW * 3 // 2
    assert widths[1:2] <= [FIRST_WINDOW * GROWTH * 3 // 2]


def load(model: Path, parts: Path, *, threads: int = 1) -> LoadedVoice:
    return Loader(parts, Cores(2, threads)).load(read_voice(model))


def speak(voice: LoadedVoice, text: str, *, speed: float = 1.0, speaker: int = 0) -> np.ndarray:
    token = CancelToken()
    chunks = [c for ids in voice.sentences(text) for c in voice.speak(ids, speed, speaker, token)]
    return np.frombuffer(b"".join(c.pcm for c in chunks), "<i2")


def test_the_parts_are_kept_and_read_again(parts: Path) -> None:
    first = load(JOE_MODEL, parts)
    (kept,) = parts.glob(f"{JOE}.*")
    made = (kept / "text.onnx").stat().st_mtime_ns
    again = load(JOE_MODEL, parts)
    assert (kept / "text.onnx").stat().st_mtime_ns == made
    assert again.gain == first.gain
    assert again.windowed


def test_damaged_parts_are_made_anew(parts: Path, tmp_path: Path) -> None:
    load(JOE_MODEL, parts)
    (whole,) = parts.glob(f"{JOE}.*")
    kept = tmp_path / whole.name
    shutil.copytree(whole, kept)
    (kept / "decoder.onnx").write_bytes(b"damaged")
    assert load(JOE_MODEL, tmp_path).windowed
    assert (kept / "decoder.onnx").stat().st_size == (whole / "decoder.onnx").stat().st_size


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert load(JOE_MODEL, tmp_path / "file" / "parts").windowed


def test_the_gain_brings_the_voice_to_its_peak_without_clipping(parts: Path) -> None:
    voice = load(JOE_MODEL, parts)
    peak = np.abs(speak(voice, SENTENCE)).max() / 32_767
    assert 0.6 * PEAK < peak <= 1.0
    assert voice.gain > 1.0


@pytest.mark.parametrize("speed", [0.25, 0.5, 0.9, 1.0, 1.5, 1.8])
def test_the_speed_asked_for_is_kept_to(joe: Cut, speed: float) -> None:
    usual, asked = (count(joe, feeds(JOE_CONFIG), speed=at) for at in (1.0, speed))
    assert usual / asked == pytest.approx(speed, rel=0.01)


def test_at_full_speed_no_phoneme_is_lost(joe: Cut) -> None:
    given = feeds(JOE_CONFIG)
    assert count(joe, given, speed=4.0) == given["input"].size


def count(cut: Cut, given: dict[str, np.ndarray], *, speed: float) -> int:
    """Frames of the sentence."""
    frames = cut.voice.frames({**given, PACE: np.array([speed], np.float32)})
    return int(frames[cut.parts.flow.inputs[0]].shape[-1])


@pytest.mark.alone
def test_a_run_under_way_ends_within_100_ms_of_cancellation(parts: Path) -> None:
    voice = load(JOE_MODEL, parts)
    (ids,) = voice.sentences(" ".join([SENTENCE.rstrip(".")] * 5))
    # A busy machine may delay any one.
    assert min(seconds_to_cancel(voice, ids) for _ in range(5)) < 0.1


def seconds_to_cancel(voice: LoadedVoice, ids: list[int]) -> float:
    token, began, ended = CancelToken(), threading.Event(), list[float]()

    def work() -> None:
        began.set()
        with pytest.raises(Exception, match="terminate"):
            list(voice.speak(ids, 0.5, 0, token))
        ended.append(time.monotonic())

    thread = threading.Thread(target=work)
    thread.start()
    assert began.wait(5)
    thread.join(0.02)  # well inside the text part, which takes some 300 ms
    cancelled = time.monotonic()
    token.cancel()
    thread.join(5)
    return ended[0] - cancelled


def test_wide_and_narrow_runs_agree(joe: Cut) -> None:
    latent = np.random.default_rng(1).normal(size=(1, 192, 60)).astype(np.float32)
    cores = Cores(2, 2)
    decoder = Session(joe.folder / "decoder", cores, wide=True)
    given = {joe.parts.decoder.inputs[0]: latent}
    wide = decoder.run(given, None)[0]
    with cores.run() as free:
        assert free
        narrow = decoder.run(given, None)[0]
    assert np.allclose(wide, narrow, rtol=0, atol=SAME)


def test_many_threads_are_for_who_is_alone() -> None:
    cores = Cores(cores=4, threads=2)
    with cores.run() as first, cores.run() as second, cores.run() as third:
        assert (first, second, third) == (True, True, False)
    with cores.run() as alone:
        assert alone


def test_a_graph_that_windows_would_change_is_run_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check at loading, with a decoder whose context is counted too small."""
    from polyvox.providers.piper.graph import Graph

    monkeypatch.setattr(Graph, "context", lambda *_: 1)
    voice = load(JOE_MODEL, tmp_path)
    assert not voice.windowed
    assert len(speak(voice, "Hello.")) > RATE // 4
    monkeypatch.undo()
    assert not load(JOE_MODEL, tmp_path).windowed


def test_a_file_that_is_no_model_cannot_be_loaded(tmp_path: Path) -> None:
    model = write_voice(tmp_path, "en_US-broken-low")
    with pytest.raises(Exception, match=r"(?i)pars"):
        load(model, tmp_path / "parts")
    assert not list((tmp_path / "parts").iterdir())
