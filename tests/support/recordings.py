"""Recordings as people have them: real files of each kind, encoded by FFmpeg or libsndfile."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import cast

import av
import numpy as np
import soundfile  # type: ignore[import-untyped]
from numpy.typing import NDArray

LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 6: "5.1", 8: "7.1"}


@dataclass(frozen=True, slots=True)
class Kind:
    """``container``, ``codec`` and ``bits`` are what Polyvox calls them; ``muxer`` and ``encoder``
    FFmpeg's names. ``snr_db``: how well the test signal survives, at least."""

    container: str
    codec: str
    bits: int | None
    muxer: str
    encoder: str
    snr_db: float


KINDS = {
    "WAV 8 bit": Kind("wav", "pcm_u8", 8, "wav", "pcm_u8", 35),
    "WAV 16 bit": Kind("wav", "pcm_s16le", 16, "wav", "pcm_s16le", 80),
    "WAV 24 bit": Kind("wav", "pcm_s24le", 24, "wav", "pcm_s24le", 120),
    "WAV 32 bit": Kind("wav", "pcm_s32le", 32, "wav", "pcm_s32le", 120),
    "WAV float": Kind("wav", "pcm_f32le", 32, "wav", "pcm_f32le", 200),
    "WAV double": Kind("wav", "pcm_f64le", 64, "wav", "pcm_f64le", 200),
    "WAV A-law": Kind("wav", "pcm_alaw", 8, "wav", "pcm_alaw", 30),
    "WAV mu-law": Kind("wav", "pcm_mulaw", 8, "wav", "pcm_mulaw", 30),
    "AIFF": Kind("aiff", "pcm_s16be", 16, "aiff", "pcm_s16be", 80),
    "CAF": Kind("caf", "pcm_s24le", 24, "caf", "pcm_s24le", 120),
    "W64": Kind("w64", "pcm_s16le", 16, "w64", "pcm_s16le", 80),
    "FLAC": Kind("flac", "flac", 16, "flac", "flac", 80),
    "FLAC 24 bit": Kind("flac", "flac", 24, "flac", "flac", 120),
    "M4A ALAC": Kind("m4a", "alac", 24, "ipod", "alac", 120),
    "M4A AAC": Kind("m4a", "aac", None, "ipod", "aac", 20),
    "ADTS AAC": Kind("aac", "aac", None, "adts", "aac", 20),
    "MP3": Kind("mp3", "mp3", None, "mp3", "libmp3lame", 20),
    "OGG Opus": Kind("ogg", "opus", None, "ogg", "libopus", 15),
    "OGG Vorbis": Kind("ogg", "vorbis", None, "", "VORBIS", 15),
    "WebM Opus": Kind("webm", "opus", None, "webm", "libopus", 15),
}
"""What the specification names, and what telephones and editors write beside it."""


def signal(seconds: float = 1.0, rate: int = 48_000, channels: int = 1) -> NDArray[np.float32]:
    """Three partials that swell, each channel half as loud as the one before: [channels, samples]."""
    at = np.arange(int(seconds * rate)) / rate
    wave = sum(np.sin(2 * np.pi * hz * at) for hz in (220.0, 554.4, 1318.5))
    wave = 0.2 * wave * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * at))
    return np.stack([wave / 2**channel for channel in range(channels)]).astype(np.float32)


def encoded(kind: Kind, samples: NDArray[np.float32], rate: int = 48_000) -> bytes:
    """A file of ``samples`` [channels, n]."""
    file = io.BytesIO()
    if kind.encoder == "VORBIS":
        soundfile.write(file, samples.T, rate, format="OGG", subtype="VORBIS")
        return file.getvalue()
    with av.open(file, "w", format=kind.muxer) as writing:
        layout = LAYOUTS[len(samples)]
        track = cast("av.AudioStream", writing.add_stream(kind.encoder, rate=rate, layout=layout))
        if kind.codec == "flac":
            track.codec_context.format = "s32" if kind.bits == 24 else "s16"
        if kind.codec == "amr_nb":
            track.bit_rate = 12_200  # its best
        elif kind.bits is None:
            track.bit_rate = 128_000
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
        frame.rate = rate
        for packet in [*track.encode(frame), *track.encode(None)]:
            writing.mux(packet)
    return file.getvalue()


def snr_db(truth: NDArray[np.float32], heard: NDArray[np.float32]) -> float:
    """Of ``heard`` [n], moved to where it fits ``truth`` [n] best: coders delay."""
    size = 1 << (len(truth) + len(heard)).bit_length()
    likeness = np.fft.irfft(np.fft.rfft(heard, size) * np.fft.rfft(truth, size).conj())
    delay = int(np.argmax(likeness))
    delay -= size if delay > size // 2 else 0
    begin, end = max(0, -delay), min(len(truth), len(heard) - delay)
    truth, heard = truth[begin:end], heard[begin + delay : end + delay]
    error = float(np.square(heard - truth, dtype=np.float64).sum())
    return float(10 * np.log10(np.square(truth, dtype=np.float64).sum() / (error or 1e-30)))
