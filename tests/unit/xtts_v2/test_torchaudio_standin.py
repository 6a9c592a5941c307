from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]
import torch

from polyvox.providers.xtts_v2 import torchaudio_standin
from tests.unit.xtts_v2.torchaudio_vectors import PATH, RATES, SPECTROGRAMS, results

pytestmark = pytest.mark.heavy
OURS = results(torchaudio_standin.resample, torchaudio_standin.MelSpectrogram)


@pytest.mark.parametrize("name", OURS)
def test_gives_what_the_real_torchaudio_gave(name: str) -> None:
    with np.load(PATH) as real:
        np.testing.assert_allclose(OURS[name].numpy(), real[name], rtol=1e-5, atol=1e-6)


def test_every_stored_result_is_compared() -> None:
    with np.load(PATH) as real:
        assert set(OURS) == set(real.files)
        assert len(OURS) == len(RATES) + len(SPECTROGRAMS)


def test_a_resampled_tone_is_the_same_tone() -> None:
    """By its formula alone: the filter changes nothing that both rates can hold."""
    at = {rate: np.sin(2 * np.pi * 440 * np.arange(rate) / rate) for rate in (48_000, 22_050)}
    made = torchaudio_standin.resample(torch.from_numpy(at[48_000]).float()[None], 48_000, 22_050)

    assert made.shape == (1, 22_050)
    inner = slice(200, -200)  # where the filter reaches over no edge
    assert np.abs(made[0].numpy()[inner] - at[22_050][inner]).max() < 5e-4


def test_buffers_bear_the_names_that_checkpoints_hold() -> None:
    sizes = SPECTROGRAMS["gpt"]
    buffers = torchaudio_standin.MelSpectrogram(**sizes).state_dict()

    assert {name: tuple(value.shape) for name, value in buffers.items()} == {
        "spectrogram.window": (1024,),
        "mel_scale.fb": (1025, 80),
    }


def test_loads_a_recording_channel_by_channel(tmp_path: Path) -> None:
    written = np.array([[0.5, -0.25], [0.125, 0.0], [-1.0, 0.75]])
    soundfile.write(tmp_path / "two.wav", written, 8_000)

    samples, rate = torchaudio_standin.load(tmp_path / "two.wav")

    assert rate == 8_000
    np.testing.assert_allclose(samples.numpy(), written.T, atol=1 / 32_768)


@pytest.fixture
def afresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder to import from, and neither library imported yet; afterwards all as it was."""
    before = dict(sys.modules)
    for name in [n for n in before if n.split(".")[0] in ("torchaudio", "torchcodec")]:
        del sys.modules[name]
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [n for n in sys.modules if n.split(".")[0] in ("torchaudio", "torchcodec")]:
        del sys.modules[name]
    sys.modules.update(before)


def package(folder: Path, name: str, source: str) -> None:
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text(source)
    (folder / name / "half.py").write_text("")


def test_the_real_ones_are_used_where_they_import(afresh: Path) -> None:
    package(afresh, "torchaudio", "real = True")
    package(afresh, "torchcodec", "real = True")

    torchaudio_standin.install()

    assert sys.modules["torchaudio"].real
    assert sys.modules["torchcodec"].real


def test_stands_in_for_what_breaks_on_import(afresh: Path) -> None:
    broken = "import {0}.half\nraise OSError('libc10_cuda.so: cannot open shared object file')"
    package(afresh, "torchaudio", broken.format("torchaudio"))
    package(afresh, "torchcodec", broken.format("torchcodec"))

    torchaudio_standin.install()

    import torchaudio

    assert torchaudio.functional.resample is torchaudio_standin.resample
    assert torchaudio.transforms.MelSpectrogram is torchaudio_standin.MelSpectrogram
    assert torchaudio.load is torchaudio_standin.load
    assert "torchaudio.half" not in sys.modules
    # What coqui-tts asks before it imports anything.
    assert find_spec("torchaudio")
    assert find_spec("torchcodec")
