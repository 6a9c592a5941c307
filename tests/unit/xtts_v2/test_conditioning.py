from __future__ import annotations

import shutil
import threading
import wave
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]
import torch

from polyvox.errors import BadSample, Misconfigured, UnknownVoice
from polyvox.providers.xtts_v2 import recording
from polyvox.providers.xtts_v2.checkpoint import load_model
from polyvox.providers.xtts_v2.conditioning import Conditioning, Latents
from tests.emulators.speech import spoken
from tests.support.xtts_checkpoint import SPEAKERS

pytestmark = pytest.mark.heavy
if TYPE_CHECKING:
    from TTS.tts.models.xtts import Xtts

LINES = (
    "Two people met at the well.",
    "And then they went home again.",
)


@pytest.fixture(scope="module")
def model(checkpoint: Path) -> Xtts:
    return load_model(checkpoint)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two recordings: 22 kHz as the model wants it, and 44.1 kHz FLAC in stereo."""
    folder = tmp_path_factory.mktemp("samples")
    first, second = (
        np.frombuffer(spoken(line, rate), np.int16)
        for line, rate in zip(LINES, (22_050, 44_100), strict=True)
    )
    soundfile.write(folder / "first.wav", first, 22_050)
    soundfile.write(folder / "second.flac", np.stack([second, second // 2], axis=1), 44_100)
    return [str(folder / "first.wav"), str(folder / "second.flac")]


def reference(stock: Xtts, paths: list[str]) -> Latents:
    """coqui's own, with what the checkpoint's configuration says of lengths."""
    config = stock.config
    prefix, speaker = stock.get_conditioning_latents(
        audio_path=paths,
        max_ref_length=config.max_ref_len,
        gpt_cond_len=config.gpt_cond_len,
        gpt_cond_chunk_len=config.gpt_cond_chunk_len,
        sound_norm_refs=config.sound_norm_refs,
    )
    return Latents(prefix, speaker)


def same(a: Latents, b: Latents) -> bool:
    return torch.equal(a.prefix, b.prefix) and torch.equal(a.speaker, b.speaker)


def broken(*_: object, **__: object) -> Any:
    raise AssertionError("Latents were made again")


@pytest.mark.parametrize("chosen", [[0], [1], [0, 1], [1, 0]], ids=str)
def test_latents_are_those_of_coqui(
    model: Xtts, stock: Xtts, checkpoint: Path, samples: list[str], chosen: list[int]
) -> None:
    paths = [samples[index] for index in chosen]
    ours, theirs = Conditioning(model, checkpoint).of(None, paths), reference(stock, paths)

    assert ours.prefix.shape == (1, 32, model.args.gpt_n_model_channels)
    assert ours.speaker.shape == (1, 512, 1)
    torch.testing.assert_close(ours.prefix, theirs.prefix, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(ours.speaker, theirs.speaker, rtol=1e-5, atol=1e-6)


def test_only_as_much_is_heard_as_the_checkpoint_says(
    model: Xtts,
    stock: Xtts,
    checkpoint: Path,
    samples: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = Conditioning(model, checkpoint).of(None, samples)
    for each in (model, stock):
        monkeypatch.setattr(each.config, "max_ref_len", 1)
        monkeypatch.setattr(each.config, "gpt_cond_len", 2)
        monkeypatch.setattr(each.config, "gpt_cond_chunk_len", 1)
        monkeypatch.setattr(each.config, "sound_norm_refs", True)

    cut, theirs = Conditioning(model, checkpoint).of(None, samples), reference(stock, samples)

    assert not same(cut, whole)
    torch.testing.assert_close(cut.prefix, theirs.prefix, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(cut.speaker, theirs.speaker, rtol=1e-5, atol=1e-6)


def test_a_studio_speaker_is_as_the_file_has_it(model: Xtts, stock: Xtts, checkpoint: Path) -> None:
    conditioning = Conditioning(model, checkpoint)
    for name in SPEAKERS:
        theirs = Latents(*stock.speaker_manager.speakers[name].values())
        assert same(conditioning.of(name), theirs)
    assert not same(*map(conditioning.of, SPEAKERS))


@pytest.mark.parametrize("name", ["Nobody", None])
def test_an_unknown_speaker_is_refused(model: Xtts, checkpoint: Path, name: str | None) -> None:
    with pytest.raises(UnknownVoice):
        Conditioning(model, checkpoint).of(name)


def test_samples_come_before_a_speaker(model: Xtts, checkpoint: Path, samples: list[str]) -> None:
    conditioning = Conditioning(model, checkpoint)
    assert conditioning.of(SPEAKERS[0], samples) is conditioning.of(None, samples)


def test_latents_are_kept_by_contents(
    model: Xtts,
    checkpoint: Path,
    samples: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moving, cache = tmp_path / "voice.wav", tmp_path / "cache"
    shutil.copy(samples[0], moving)
    first = Conditioning(model, checkpoint, cache)
    made = first.of(None, [str(moving)])
    monkeypatch.setattr(type(model), "get_speaker_embedding", broken)

    assert first.of(None, [samples[0]]) is made, "in memory, whatever the file is called"
    assert same(Conditioning(model, checkpoint, cache).of(None, [samples[0]]), made), "on disk"
    shutil.copy(samples[1], moving)
    with pytest.raises(AssertionError, match="again"):
        first.of(None, [str(moving)])
    for order in (samples, samples[::-1]):
        with pytest.raises(AssertionError, match="again"):
            first.of(None, order)


def test_other_weights_make_other_latents(
    model: Xtts,
    checkpoint: Path,
    samples: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = shutil.copytree(checkpoint, tmp_path / "other")
    saved = torch.load(other / "model.pth", weights_only=True)
    saved["model"]["mel_stats"] += 1
    torch.save(saved, other / "model.pth")
    cache = tmp_path / "cache"
    Conditioning(model, checkpoint, cache).of(None, samples[:1])
    monkeypatch.setattr(type(model), "get_speaker_embedding", broken)

    with pytest.raises(AssertionError, match="again"):
        Conditioning(model, other, cache).of(None, samples[:1])


@pytest.mark.parametrize(
    "damage", [b"", bytes(64), b"\x80\x02cos\nsystem\n"], ids=["empty", "zeros", "pickle"]
)
def test_a_damaged_file_is_made_again(
    model: Xtts, checkpoint: Path, samples: list[str], tmp_path: Path, damage: bytes
) -> None:
    made = Conditioning(model, checkpoint, tmp_path).of(None, samples[:1])
    [file] = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage)

    assert same(Conditioning(model, checkpoint, tmp_path).of(None, samples[:1]), made)
    assert [f.read_bytes() for f in tmp_path.iterdir()] == [whole]


def test_speaks_where_nothing_can_be_kept(
    model: Xtts,
    checkpoint: Path,
    samples: list[str],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    taken = tmp_path / "cache"
    taken.write_text("not a folder")

    made = Conditioning(model, checkpoint, taken).of(None, samples[:1])

    assert same(made, Conditioning(model, checkpoint).of(None, samples[:1]))
    assert "cannot be kept" in caplog.text


def test_memory_is_bounded(
    model: Xtts, checkpoint: Path, samples: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polyvox.providers.xtts_v2.conditioning.IN_MEMORY", 1)
    conditioning = Conditioning(model, checkpoint)
    first = conditioning.of(None, samples[:1])
    assert conditioning.of(None, samples[:1]) is first
    conditioning.of(None, samples[1:])
    assert conditioning.of(None, samples[:1]) is not first


def test_many_who_ask_at_once_get_one(
    model: Xtts, checkpoint: Path, samples: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    start = threading.Barrier(4)
    whole = model.get_speaker_embedding

    def counted(*args: Any) -> Any:
        made.append(1)
        return whole(*args)

    monkeypatch.setattr(model, "get_speaker_embedding", counted)
    conditioning = Conditioning(model, checkpoint)

    def ask(_: int) -> Latents:
        start.wait(10)
        return conditioning.of(None, samples[:1])

    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(ask, range(4)))

    assert len(made) == 1
    assert all(each is got[0] for each in got)


def recorded(path: Path, seconds: float, rate: int = 22_050, level: float = 0.3) -> None:
    time = np.arange(round(seconds * rate)) / rate
    samples = (level * 32_767 * np.sin(2 * np.pi * 220 * time)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda path: path.write_text("no audio " * 1_000), "cannot be read as audio"),
        (lambda path: path.write_bytes(b""), "cannot be read as audio"),
        (lambda path: None, "cannot be read: No such file"),
        (lambda path: recorded(path, 0.5), r"too short: 0\.5 s, at least 1 s are needed"),
        (lambda path: recorded(path, 2, level=0.0), "Nothing can be heard"),
        (lambda path: recorded(path, 0), "."),
    ],
    ids=["text", "empty", "missing", "short", "silent", "no frames"],
)
def test_a_bad_sample_is_named(
    model: Xtts,
    checkpoint: Path,
    samples: list[str],
    tmp_path: Path,
    write: Callable[[Path], object],
    said: str,
) -> None:
    path = tmp_path / "voice.wav"
    write(path)

    with pytest.raises(BadSample, match=said) as caught:
        Conditioning(model, checkpoint).of(None, [samples[0], str(path)])

    assert "voice.wav" in caught.value.message
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("rate", [8_000, 44_101, 48_000, 192_000])
def test_any_rate_is_read(tmp_path: Path, rate: int) -> None:
    """44.1001 kHz has no small ratio to 22.05: the plain way would take gigabytes."""
    recorded(tmp_path / "tone.wav", 1.5, rate)
    heard = recording.read_recording((tmp_path / "tone.wav").read_bytes(), "tone.wav", 30)

    expected = 0.3 * np.sin(2 * np.pi * 220 * np.arange(heard.shape[-1]) / recording.RATE)
    inner = slice(500, -500)
    assert abs(heard.shape[-1] / recording.RATE - 1.5) < 0.01
    assert np.abs(heard[0].numpy()[inner] - expected[inner]).max() < 5e-3


def test_a_long_recording_is_read_as_far_as_needed(tmp_path: Path) -> None:
    recorded(tmp_path / "long.wav", 120, 16_000)
    heard = recording.read_recording((tmp_path / "long.wav").read_bytes(), "long.wav", 2)
    assert heard.shape == (1, 2 * recording.RATE)


@pytest.mark.parametrize("saved", [{"Ana": 1}, {"Ana": {"gpt_cond_latent": 1}}, {"Ana": {}}])
def test_speakers_without_latents_are_named(
    model: Xtts, checkpoint: Path, tmp_path: Path, saved: object
) -> None:
    other = shutil.copytree(checkpoint, tmp_path / "other")
    torch.save(saved, other / "speakers_xtts.pth")

    with pytest.raises(Misconfigured, match=r"speakers_xtts\.pth holds no speakers' latents"):
        Conditioning(model, other)


def test_a_checkpoint_without_speakers_still_clones(
    model: Xtts, checkpoint: Path, samples: list[str], tmp_path: Path
) -> None:
    other = shutil.copytree(checkpoint, tmp_path / "other")
    (other / "speakers_xtts.pth").unlink()

    assert Conditioning(model, other).of(None, samples[:1]).speaker.isfinite().all()
