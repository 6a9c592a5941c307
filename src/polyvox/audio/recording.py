"""A recording as samples: the audio of any common file, within limits that are counted."""

from __future__ import annotations

import io
import stat
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from polyvox.errors import BadSample

MAX_LEVEL = 8.0
"""Full scale is 1. Files of floats may go beyond (18 dB, here); what goes further has another scale."""


class AudioUnreadable(ValueError):
    """The data is no audio, damaged, or beyond a limit, which the message names. It quotes nothing
    of the data. ``remedy``: what its owner can do."""

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """What a recording may be. Nothing is taken from headers: seconds and bytes are counted as they
    come out of the decoder. ``max_decoded_bytes`` is of floats: 600 s of stereo at 48 kHz fit."""

    max_bytes: int = 50 << 20
    max_seconds: float = 600.0
    max_channels: int = 8
    min_rate: int = 8_000
    max_rate: int = 192_000
    max_decoded_bytes: int = 256 << 20


@dataclass(frozen=True, slots=True)
class Recording:
    """Audio as it was recorded: float32 [channels, n], where full scale is 1, at ``sample_rate`` Hz.

    ``container`` is wav, flac, mp3, ogg, m4a, webm, aac, aiff, caf, w64 or amr; ``codec`` has FFmpeg's
    name (pcm_s16le, opus). ``bit_depth`` is what a sample was stored in, None for lossy codecs.
    """

    samples: NDArray[np.float32] = field(repr=False)
    sample_rate: int
    container: str
    codec: str
    bit_depth: int | None

    @property
    def seconds(self) -> float:
        return float(self.samples.shape[1] / self.sample_rate)


def decode(source: Path, limits: DecodeLimits | None = None) -> Recording:
    """The whole first audio track of a file. Pictures and video beside it are not looked at.

    Blocks: 40 to 200 ms for a minute of audio. For files from strangers, call it in a Workshop.
    Raises BadSample, which names the limit where there is one.
    """
    from polyvox.audio import decoding

    limits = limits or DecodeLimits()
    try:
        with _regular(source, limits).open("rb") as file:
            return decoding.decoded(file, limits)
    except OSError as error:
        raise BadSample(f"The recording cannot be opened: {error.strerror}.") from error
    except AudioUnreadable as error:
        raise BadSample(f"The recording cannot be used. {error}", remedy=error.remedy) from error


def read_audio(data: bytes, *, rate: int, longest_s: float) -> NDArray[np.float32]:
    """The first ``longest_s`` seconds of a file's contents: mono [samples] at ``rate`` Hz.

    Full scale is 1; the channels' mean, and resampling (soxr, HQ), may go a little beyond what the
    file holds. Blocks. Raises AudioUnreadable.
    """
    import soxr

    samples, own_rate = decode_audio(data, longest_s=longest_s)
    mono: NDArray[np.float32] = soxr.resample(samples.mean(axis=0), own_rate, rate, quality="HQ")
    return mono[: round(rate * longest_s)]


def decode_audio(data: bytes, *, longest_s: float) -> tuple[NDArray[np.float32], int]:
    """The beginning of a file's first audio track as it is: [channels, samples], and its rate (Hz).

    It ends with the frame that ``longest_s`` falls into. Blocks. Raises AudioUnreadable.
    """
    from polyvox.audio import decoding

    recording = decoding.decoded(io.BytesIO(data), DecodeLimits(), first_s=longest_s)
    return recording.samples, recording.sample_rate


def _regular(source: Path, limits: DecodeLimits) -> Path:
    """``source``, unless it is a folder, a device or a pipe, or too large. Raises OSError, too."""
    status = source.stat()
    if not stat.S_ISREG(status.st_mode):
        raise AudioUnreadable("It is not a file.")
    if status.st_size > limits.max_bytes:
        raise AudioUnreadable(
            f"It has {status.st_size} bytes; the limit is {limits.max_bytes}.",
            remedy="Cut it to the best half minute, or save it as FLAC or MP3.",
        )
    return source
