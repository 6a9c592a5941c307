"""Recordings of any common kind as samples, and what is none."""

from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from polyvox.audio.recording import AudioUnreadable, decode_audio, read_audio

RATE = 24_000
SECONDS = 1.5


def sine(rate: int, hz: float = 440.0) -> NDArray[np.float32]:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(int(rate * SECONDS)) / rate)).astype("f4")


def recorded(container: str, codec: str, rate: int = 48_000, channels: int = 1) -> bytes:
    """The sine on the first channel, silence on others."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as writing:
        layout = "mono" if channels == 1 else "stereo"
        track = cast("av.AudioStream", writing.add_stream(codec, rate=rate, layout=layout))
        planes = np.zeros((channels, int(rate * SECONDS)), "f4")
        planes[0] = sine(rate)
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=layout)
        frame.rate = rate
        for packet in [*track.encode(frame), *track.encode(None)]:
            writing.mux(packet)
    return file.getvalue()


@pytest.mark.parametrize(
    ("container", "codec"),
    [("wav", "pcm_s16le"), ("flac", "flac"), ("aiff", "pcm_s16be"), ("wav", "pcm_f32le")],
)
def test_lossless_files_are_what_was_recorded(container: str, codec: str) -> None:
    heard = read_audio(recorded(container, codec), rate=RATE, longest_s=10)
    assert heard.dtype == np.float32
    assert heard.shape == (SECONDS * RATE,)
    assert np.abs(heard - sine(RATE))[500:-500].max() < 1e-4


@pytest.mark.parametrize(
    ("container", "codec"),
    [("mp3", "mp3"), ("ogg", "libopus"), ("mp4", "aac"), ("adts", "aac"), ("webm", "libopus")],
)
def test_lossy_files_are_read_too(container: str, codec: str) -> None:
    heard = read_audio(recorded(container, codec), rate=RATE, longest_s=10)
    assert abs(len(heard) / RATE - SECONDS) < 0.06
    spectrum = np.abs(np.fft.rfft(heard[:RATE]))
    assert int(spectrum.argmax()) == 440
    assert heard.std() == pytest.approx(sine(RATE).std(), rel=0.1)


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_101, 192_000])
def test_any_rate_becomes_the_asked_one(rate: int) -> None:
    heard = read_audio(recorded("wav", "pcm_s16le", rate), rate=RATE, longest_s=10)
    assert abs(len(heard) - SECONDS * RATE) <= 1
    assert np.abs(heard - sine(RATE)[: len(heard)])[500:-500].max() < 2e-3


def test_channels_become_their_mean() -> None:
    heard = read_audio(recorded("flac", "flac", channels=2), rate=RATE, longest_s=10)
    assert np.abs(heard - sine(RATE) / 2)[500:-500].max() < 1e-4


def test_no_more_is_read_than_asked_for() -> None:
    data = recorded("wav", "pcm_s16le")
    assert len(read_audio(data, rate=RATE, longest_s=0.5)) == RATE // 2
    samples, rate = decode_audio(data, longest_s=0.5)
    assert (rate, samples.shape[0]) == (48_000, 1)
    assert 24_000 <= samples.shape[1] < 48_000


def test_what_follows_the_part_asked_for_may_be_damaged() -> None:
    data = recorded("flac", "flac")
    assert len(read_audio(data[: len(data) * 2 // 3], rate=RATE, longest_s=0.5)) == RATE // 2


def wav_of(samples: NDArray[np.generic], *, rate: int = RATE) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writing:
        writing.setnchannels(1)
        writing.setsampwidth(2)
        writing.setframerate(rate)
        writing.writeframes(samples.tobytes())
    return file.getvalue()


FLOATS = recorded("wav", "pcm_f32le")
NOT_A_NUMBER = FLOATS[:-4] + np.array([np.nan], "<f4").tobytes()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cannot be read as audio"),
        (b"Dear diary, today I met", "cannot be read as audio"),
        (recorded("flac", "flac")[:40], "cannot be read as audio"),
        (wav_of(np.zeros(0, "<i2")), "empty"),
        (wav_of(np.zeros(9, "<i2"), rate=3_000), "3000 Hz"),
        (wav_of(np.zeros(9, "<i2"), rate=800_000), "800000 Hz"),
        (NOT_A_NUMBER, "no sound"),
    ],
)
def test_what_is_no_audio_is_said_without_quoting_it(data: bytes, said: str) -> None:
    with pytest.raises(AudioUnreadable, match=said) as caught:
        read_audio(data, rate=RATE, longest_s=10)
    assert "diary" not in str(caught.value)


def test_a_playlist_opens_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret.wav").write_bytes(recorded("wav", "pcm_s16le"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AudioUnreadable):
        read_audio(b"ffconcat version 1.0\nfile secret.wav\n", rate=RATE, longest_s=10)
