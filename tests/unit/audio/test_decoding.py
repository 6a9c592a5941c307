"""Whole recordings of every kind within their limits, and headers that lie."""

from __future__ import annotations

import io
import os
import wave
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from polyvox.audio.recording import MAX_LEVEL, DecodeLimits, Recording, decode
from polyvox.errors import BadSample
from tests.support.recordings import KINDS, Kind, encoded, signal, snr_db

LIMITS = DecodeLimits()
WAV, FLOAT, MP3, AAC = (KINDS[name] for name in ("WAV 16 bit", "WAV float", "MP3", "ADTS AAC"))
CODED_DELAY_S = 0.05
"""How much longer or shorter lossy coders make a recording."""

Decode = Callable[[bytes], Recording]


@pytest.fixture
def heard(tmp_path: Path) -> Decode:
    def decode_data(data: bytes) -> Recording:
        path = tmp_path / "recording"
        path.write_bytes(data)
        return decode(path)

    return decode_data


def plain_wav(channels: int, rate: int, frames: int = 2_000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writing:
        writing.setnchannels(channels)
        writing.setsampwidth(2)
        writing.setframerate(rate)
        writing.writeframes(np.tile(np.arange(channels, dtype="<i2"), frames).tobytes())
    return file.getvalue()


def silence(seconds: int) -> bytes:
    """A few bytes a second."""
    return encoded(KINDS["FLAC"], np.zeros((1, 8_000 * seconds), "f4"), 8_000)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_what_was_recorded(heard: Decode, kind: str, channels: int) -> None:
    expected, truth = KINDS[kind], signal(1.0, 48_000, channels)
    recording = heard(encoded(expected, truth))
    assert (recording.container, recording.codec) == (expected.container, expected.codec)
    assert (recording.bit_depth, recording.sample_rate) == (expected.bits, 48_000)
    assert recording.samples.dtype == np.float32
    assert recording.samples.flags.c_contiguous
    assert len(recording.samples) == channels
    assert abs(recording.seconds - 1.0) <= (0 if expected.bits else CODED_DELAY_S)
    for true, got in zip(truth, recording.samples, strict=True):
        assert snr_db(true, got) > expected.snr_db - 6 * (channels - 1)


@pytest.mark.parametrize(("muxer", "container"), [("amr", "amr"), ("3gp", "m4a")])
def test_what_old_telephones_record_is_heard(heard: Decode, muxer: str, container: str) -> None:
    amr = Kind(container, "amr_nb", None, muxer, "libopencore_amrnb", 0)
    recording = heard(encoded(amr, signal(1.0, 8_000), 8_000))
    assert (recording.container, recording.codec) == (container, "amr_nb")
    assert abs(recording.seconds - 1.0) < CODED_DELAY_S


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 96_000, 192_000])
def test_the_rate_is_kept(heard: Decode, rate: int) -> None:
    recording = heard(encoded(WAV, signal(0.5, rate), rate))
    assert (recording.sample_rate, recording.seconds) == (rate, 0.5)


@pytest.mark.parametrize("channels", [3, 8])
def test_channels_keep_their_order(heard: Decode, channels: int) -> None:
    samples = heard(plain_wav(channels, 48_000)).samples
    assert samples.shape == (channels, 2_000)
    assert (samples[:, 0] * 32_768).tolist() == list(range(channels))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (plain_wav(9, 48_000), "9 channels; the limit is 8"),
        (plain_wav(1, 7_999), "7999 Hz; from 8000 to 192000"),
        (plain_wav(1, 192_001), "192001 Hz; from 8000 to 192000"),
        (plain_wav(1, 48_000, 0), "empty"),
        (silence(601), "longer than the limit of 600 s"),
        (encoded(FLOAT, signal() * 1e30), "beyond 8 times full scale"),
        (encoded(FLOAT, np.full((1, 999), np.inf, "f4")), "no sound"),
        (encoded(AAC, signal()) + encoded(AAC, signal(1, 16_000), 16_000), "change midway"),
        (encoded(AAC, signal()) + encoded(AAC, signal(1, 48_000, 2)), "change midway"),
        (b"RIFF, he said, and nothing more.", "cannot be read as audio"),
        (b"", "cannot be read as audio"),
        (bytes(10_000), "cannot be read as audio"),
    ],
)
def test_what_is_beyond_a_limit_is_told_which(heard: Decode, data: bytes, said: str) -> None:
    with pytest.raises(BadSample, match=said) as caught:
        heard(data)
    assert caught.value.status == 422
    assert "he said" not in str(caught.value)


def test_what_just_fits_is_taken(heard: Decode) -> None:
    assert heard(silence(600)).seconds == 600
    loud = signal()
    loud *= MAX_LEVEL / np.abs(loud).max()
    assert np.array_equal(heard(encoded(FLOAT, loud)).samples, loud)


def test_bytes_are_limited_before_and_after_decoding(tmp_path: Path) -> None:
    path = tmp_path / "recording"
    path.write_bytes(encoded(WAV, signal()))
    size, floats = path.stat().st_size, 4 * 48_000
    exact = replace(LIMITS, max_bytes=size, max_decoded_bytes=floats)
    assert decode(path, exact).seconds == 1.0
    with pytest.raises(BadSample, match=f"{size} bytes; the limit is {size - 1}"):
        decode(path, replace(exact, max_bytes=size - 1))
    with pytest.raises(BadSample, match=f"more bytes than the limit of {floats - 1}"):
        decode(path, replace(exact, max_decoded_bytes=floats - 1))
    path.write_bytes(b"")
    os.truncate(path, LIMITS.max_bytes + 1)
    with pytest.raises(BadSample, match="the limit is 52428800"):
        decode(path)


def test_only_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadSample, match="not a file"):
        decode(tmp_path / "pipe")
    with pytest.raises(BadSample, match="not a file"):
        decode(tmp_path)
    with pytest.raises(BadSample, match="No such file") as caught:
        decode(tmp_path / "missing")
    assert str(tmp_path) not in str(caught.value)


def test_the_name_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "list.m3u8"
    path.write_bytes(encoded(MP3, signal()))
    assert decode(path).container == "mp3"


def test_playlists_open_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real.wav").write_bytes(encoded(WAV, signal()))
    monkeypatch.chdir(tmp_path)
    for name in ("real.wav", str(tmp_path / "real.wav"), f"file://{tmp_path}/real.wav"):
        for text in (
            f"ffconcat version 1.0\nfile '{name}'\n",
            f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{name}\n#EXT-X-ENDLIST\n",
            f"[playlist]\nFile1={name}\nNumberOfEntries=1\n",
        ):
            (tmp_path / "list").write_text(text)
            with pytest.raises(BadSample, match="cannot be read as audio"):
                decode(tmp_path / "list")


@pytest.mark.parametrize(
    ("kind", "at", "lie"),
    [
        ("WAV 16 bit", b"data", b"\xff\xff\xff\xff"),  # its bytes: a stream has this, too
        ("M4A AAC", b"mdhd" + bytes(12), b"\0\0\xbb\x80\xff\xff\xff\xff"),  # its duration
        ("M4A AAC", b"mvhd" + bytes(12), b"\0\0\x03\xe8\xff\xff\xff\xff"),
    ],
)
def test_length_is_counted_whatever_the_header_says(
    heard: Decode, kind: str, at: bytes, lie: bytes
) -> None:
    data = encoded(KINDS[kind], signal())
    place = data.index(at) + len(at)
    lying = data[:place] + lie + data[place + len(lie) :]
    assert lying != data
    assert np.array_equal(heard(lying).samples, heard(data).samples)


def test_flac_samples_are_counted(heard: Decode) -> None:
    data = bytearray(encoded(KINDS["FLAC"], signal()))
    data[21] |= 0x0F
    data[22:26] = b"\xff\xff\xff\xff"
    assert heard(bytes(data)).seconds == 1.0


@pytest.mark.parametrize("kind", ["WAV 16 bit", "FLAC", "MP3", "ADTS AAC", "OGG Opus", "WebM Opus"])
def test_a_file_cut_off_is_heard_up_to_there(heard: Decode, kind: str) -> None:
    data = encoded(KINDS[kind], signal(2.0))
    assert 0.6 < heard(data[: len(data) // 2]).seconds < 1.3


@pytest.mark.parametrize("kind", ["MP3", "ADTS AAC"])
def test_a_file_may_begin_midway(heard: Decode, kind: str) -> None:
    data = encoded(KINDS[kind], signal(2.0))
    assert 0.8 < heard(data[len(data) // 2 :]).seconds < 1.2


def test_a_damaged_packet_is_passed_by_and_many_are_not(heard: Decode) -> None:
    data = bytearray(encoded(AAC, signal(2.0)))
    frames = [at for at in range(len(data)) if data[at : at + 2] == b"\xff\xf1"]

    def spoil(number: int) -> None:
        data[frames[number] + 7 : frames[number] + 27] = b"\xff" * 20

    spoil(10)
    assert heard(bytes(data)).seconds > 1.9
    for number in range(20, 30):
        spoil(number)
    with pytest.raises(BadSample, match=r"damaged: \d+ of its first \d+ packets"):
        heard(bytes(data))


def with_video(muxer: str, video: str, audio: str, samples: NDArray[np.float32]) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=muxer) as writing:
        pictures = cast("av.VideoStream", writing.add_stream(video, rate=10))
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        track = cast("av.AudioStream", writing.add_stream(audio, rate=48_000, layout="mono"))
        for number in range(10):
            picture = av.VideoFrame(64, 48, "yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, 10)
            for packet in pictures.encode(picture):
                writing.mux(packet)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        frame.rate = 48_000
        for packet in [*pictures.encode(None), *track.encode(frame), *track.encode(None)]:
            writing.mux(packet)
    return file.getvalue()


@pytest.mark.parametrize(
    ("muxer", "video", "audio"), [("mp4", "libx264", "aac"), ("webm", "libvpx", "libopus")]
)
def test_video_is_passed_by(heard: Decode, muxer: str, video: str, audio: str) -> None:
    recording = heard(with_video(muxer, video, audio, signal()))
    assert recording.samples.shape[0] == 1
    assert snr_db(signal()[0], recording.samples[0]) > 15


def test_pictures_are_passed_by(heard: Decode) -> None:
    picture = b"\0image/png\0\3\0" + b"\x89PNG\r\n\x1a\n" + b"\xff" * 200
    frame = b"APIC" + len(picture).to_bytes(4, "big") + bytes(2) + picture
    size = len(frame)
    tag = b"ID3\3\0\0" + bytes([0, 0, size >> 7, size & 127]) + frame
    bare = encoded(MP3, signal())
    assert np.array_equal(heard(tag + bare).samples, heard(bare).samples)


def test_what_has_only_video_has_no_audio(heard: Decode) -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as writing:
        pictures = writing.add_stream("libx264", rate=10)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        for packet in [*pictures.encode(av.VideoFrame(64, 48, "yuv420p")), *pictures.encode(None)]:
            writing.mux(packet)
    with pytest.raises(BadSample, match="no audio in it"):
        heard(file.getvalue())


def test_other_codecs_are_named_as_not_accepted(heard: Decode) -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as writing:
        track = writing.add_stream("ac3", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(signal(), format="fltp", layout="mono")
        frame.rate = 48_000
        for packet in [*track.encode(frame), *track.encode(None)]:
            writing.mux(packet)
    with pytest.raises(BadSample, match="codec that is not accepted") as caught:
        heard(file.getvalue())
    assert caught.value.remedy is not None
    assert "WAV" in caught.value.remedy
