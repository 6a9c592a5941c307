"""Styles of samples: made once for what is in them, and kept."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from polyvox.errors import BadSample
from polyvox.providers.styletts2.checkpoint import load_model
from polyvox.providers.styletts2.network.model import StyleTTS2
from polyvox.providers.styletts2.voices import LONGEST_S, Sample, Voices
from tests.unit.styletts2.engine_stage import RATE, record

pytestmark = pytest.mark.heavy
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def model(checkpoint: Path) -> StyleTTS2:
    return load_model(checkpoint)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Samples that each style was made of."""
    heard: list[int] = []
    real = StyleTTS2.style

    def noted(model: StyleTTS2, wave: torch.Tensor) -> torch.Tensor:
        heard.append(len(wave))
        return real(model, wave)

    monkeypatch.setattr(StyleTTS2, "style", noted)
    return heard


@pytest.fixture
def low(tmp_path: Path) -> Path:
    return Path(record(tmp_path / "low.wav"))


@pytest.fixture
def high(tmp_path: Path) -> Path:
    return Path(record(tmp_path / "high.wav", hz=290.0))


def style(voices: Voices, *paths: Path) -> torch.Tensor:
    found = voices.style([Sample.read(path) for path in paths])
    assert found is not None
    return found


def test_a_style_is_made_once_for_what_is_in_the_file(
    model: StyleTTS2, low: Path, high: Path, made: list[int]
) -> None:
    voices = Voices(model, CPU, "r1", None)
    first = style(voices, low)
    copied = style(voices, Path(shutil.copy(low, low.with_name("copy.wav"))))
    assert torch.equal(first, copied)
    assert first.shape == (256,)
    assert len(made) == 1
    shutil.copy(high, low)
    assert not torch.equal(style(voices, low), first)
    assert len(made) == 2


def test_several_samples_make_their_mean(model: StyleTTS2, low: Path, high: Path) -> None:
    voices = Voices(model, CPU, "r1", None)
    mean = (style(voices, low) + style(voices, high)) / 2
    torch.testing.assert_close(style(voices, low, high), mean)
    assert voices.style([]) is None


def test_styles_outlast_the_process(
    model: StyleTTS2, low: Path, tmp_path: Path, made: list[int]
) -> None:
    cache = tmp_path / "cache"
    first = style(Voices(model, CPU, "r1", cache), low)
    assert torch.equal(style(Voices(model, CPU, "r1", cache), low), first)
    assert len(made) == 1
    style(Voices(model, CPU, "r2", cache), low)
    assert len(made) == 2, "of other weights it is another"
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize("damage", ["cut", "nan", "empty", "pickle"])
def test_a_damaged_file_is_made_again(
    model: StyleTTS2, low: Path, tmp_path: Path, made: list[int], damage: str
) -> None:
    cache = tmp_path / "cache"
    first = style(Voices(model, CPU, "r1", cache), low)
    (kept,) = cache.iterdir()
    if damage in ("cut", "empty"):
        kept.write_bytes(kept.read_bytes()[: 200 if damage == "cut" else 0])
    else:
        value: Any = np.full(256, np.nan, "f4") if damage == "nan" else np.array([{}], object)
        with kept.open("wb") as file:
            np.save(file, value, allow_pickle=True)
    for _ in range(2):
        assert torch.equal(style(Voices(model, CPU, "r1", cache), low), first)
    assert len(made) == 2


def test_a_folder_that_cannot_be_written_costs_only_time(
    model: StyleTTS2, low: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    assert style(Voices(model, CPU, "r1", tmp_path / "file"), low).isfinite().all()
    assert "cannot be kept" in caplog.text


def test_of_a_long_recording_the_beginning_is_heard(
    model: StyleTTS2, tmp_path: Path, made: list[int]
) -> None:
    long = Path(record(tmp_path / "long.wav", seconds=LONGEST_S + 5))
    style(Voices(model, CPU, "r1", None), long)
    assert made == [LONGEST_S * RATE]


@pytest.mark.parametrize(
    ("seconds", "level", "said"),
    [(0.5, 0.4, r"voice\.wav: The sample is too short"), (2.0, 0.0, "Nothing can be heard")],
)
def test_a_bad_sample_is_named(
    model: StyleTTS2, tmp_path: Path, seconds: float, level: float, said: str
) -> None:
    path = Path(record(tmp_path / "voice.wav", seconds=seconds, level=level))
    with pytest.raises(BadSample, match=said) as caught:
        style(Voices(model, CPU, "r1", None), path)
    assert "voice.wav" in caught.value.message
    assert str(tmp_path) not in str(caught.value)


def test_what_is_no_file_and_no_audio_is_named(model: StyleTTS2, tmp_path: Path) -> None:
    (tmp_path / "voice.wav").write_bytes(b"Dear diary")
    with pytest.raises(BadSample, match=r"voice\.wav cannot be used"):
        style(Voices(model, CPU, "r1", None), tmp_path / "voice.wav")
    with pytest.raises(BadSample, match=r"missing\.wav cannot be read"):
        Sample.read(tmp_path / "missing.wav")
