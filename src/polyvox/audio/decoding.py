"""Audio files opened by FFmpeg inside PyAV: only what is on a list, and nothing that a file asks for.

Headers are not believed. What FFmpeg says about a stream before decoding it comes from them; so
the rate and the channels are those of the first decoded frame, and length is counted.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from polyvox.audio.recording import MAX_LEVEL, AudioUnreadable, DecodeLimits, Recording

_CONTAINERS: Final = "wav,w64,aiff,caf,flac,mp3,aac,ogg,matroska,webm,mov,mp4,m4a,3gp,amr"
"""FFmpeg's names of demuxers. Left out is all that opens further files or addresses (playlists,
concat, subtitles), and what nobody records with."""
_CODECS: Final = (
    "pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,"
    "pcm_f64le,pcm_f64be,pcm_alaw,pcm_mulaw,flac,alac,mp3,mp3float,vorbis,opus,libopus,aac,"
    "amrnb,amrwb,libopencore_amrnb,libopencore_amrwb"
)
"""FFmpeg's names of decoders. No decoder of pictures or video ever sees a byte."""
_OPTIONS: Final = {
    "format_whitelist": _CONTAINERS,
    "codec_whitelist": _CODECS,
    "protocol_whitelist": "none",
    "max_streams": "16",
}
_NAMES: Final = {"mov,mp4,m4a,3gp,3g2,mj2": "m4a", "matroska,webm": "webm"}
"""Ours, where FFmpeg's demuxer has several."""
_DAMAGED_PACKETS: Final = 2
_DAMAGED_SHARE: Final = 0.01
"""So many packets, and this share of all, may be unreadable, as players let pass: cut files have some
at their ends."""
_FLAC_BITS_AT: Final = 12
"""Offset in STREAMINFO of the 16 bits whose 9th to 5th last are the bit depth, less one (RFC 9639)."""
_ALAC_BITS_AT: Final = 17
"""Offset of the bit depth in the atom that Apple calls the magic cookie."""


def decoded(file: BinaryIO, limits: DecodeLimits, *, first_s: float | None = None) -> Recording:
    """The audio of ``file``; of at least ``first_s`` seconds of it, where given: what follows is then
    not looked at. Raises AudioUnreadable."""
    try:
        with _opened(file) as (container, track):
            return _collected(container, track, limits, first_s)
    except AudioUnreadable:
        raise
    except (av.FFmpegError, ValueError) as error:
        raise AudioUnreadable("It cannot be read as audio.") from error


class _Source:
    """A file without its name, whose ending would be believed. An impossible place is answered as
    FFmpeg's own files do: PyAV writes exceptions to stderr, so that a file could fill the log."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.read, self.tell = file.read, file.tell

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError):
            return -1


@contextmanager
def _opened(file: BinaryIO) -> Iterator[tuple[InputContainer, AudioStream]]:
    with av.open(
        _Source(file), "r", container_options=_OPTIONS, metadata_errors="replace"
    ) as container:
        if not container.streams.audio:
            raise AudioUnreadable("There is no audio in it.")
        track = container.streams.audio[0]
        if track.codec_context is None or track.codec_context.name not in _CODECS.split(","):
            raise AudioUnreadable(
                "Its audio has a codec that is not accepted.",
                remedy="Save it as WAV, FLAC, MP3, OGG or M4A.",
            )
        track.codec_context.thread_count = 1
        yield container, track


def _collected(
    container: InputContainer, track: AudioStream, limits: DecodeLimits, first_s: float | None
) -> Recording:
    pcm = bytearray()
    as_floats = av.AudioResampler(format="flt")
    first: AudioFrame | None = None
    length = 0
    for frame in _frames(container, track):
        first = first or _checked(frame, limits)
        if (frame.sample_rate, frame.layout) != (first.sample_rate, first.layout):
            raise AudioUnreadable("Its sample rate or channels change midway.")
        for part in as_floats.resample(frame):
            pcm += part.to_ndarray().tobytes()
        length += frame.samples
        seconds = length / first.sample_rate
        if first_s is not None and seconds >= first_s:
            break
        _check_length(seconds, len(pcm), limits)
    if first is None:
        raise AudioUnreadable("Its audio is empty.")
    samples = np.frombuffer(pcm, np.float32).reshape(-1, first.layout.nb_channels).T
    return Recording(
        _sound(samples),
        first.sample_rate,
        _NAMES.get(container.format.name, container.format.name),
        track.codec_context.codec.canonical_name,
        _bit_depth(track),
    )


def _frames(container: InputContainer, track: AudioStream) -> Iterator[AudioFrame]:
    """All that hold something. Raises AudioUnreadable where too much is damaged."""
    damaged = 0
    for packets, packet in enumerate(container.demux(track), 1):
        try:
            yield from (frame for frame in packet.decode() if frame.samples)
        except av.FFmpegError:
            damaged += 1
            if damaged > _DAMAGED_PACKETS + _DAMAGED_SHARE * packets:
                raise AudioUnreadable(
                    f"It is damaged: {damaged} of its first {packets} packets are unreadable.",
                    remedy="Upload it again, or convert it once more.",
                ) from None


def _checked(frame: AudioFrame, limits: DecodeLimits) -> AudioFrame:
    """The first frame, which tells what the others must be."""
    if not limits.min_rate <= frame.sample_rate <= limits.max_rate:
        raise AudioUnreadable(
            f"It has a sample rate of {frame.sample_rate} Hz; from {limits.min_rate} to"
            f" {limits.max_rate} Hz are accepted.",
            remedy="Record at 48 kHz.",
        )
    if frame.layout.nb_channels > limits.max_channels:
        raise AudioUnreadable(
            f"It has {frame.layout.nb_channels} channels; the limit is {limits.max_channels}.",
            remedy="Save it as mono.",
        )
    return frame


def _check_length(seconds: float, size: int, limits: DecodeLimits) -> None:
    if seconds > limits.max_seconds:
        raise AudioUnreadable(
            f"It is longer than the limit of {limits.max_seconds:g} s.",
            remedy="Cut it to its best part; half a minute is plenty.",
        )
    if size > limits.max_decoded_bytes:
        raise AudioUnreadable(
            f"Decoded, it has more bytes than the limit of {limits.max_decoded_bytes}.",
            remedy="Save it as mono at 48 kHz.",
        )


def _sound(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    if not np.isfinite(samples).all():
        raise AudioUnreadable("Its audio holds values that are no sound.")
    if max(samples.max(), -samples.min()) > MAX_LEVEL:
        raise AudioUnreadable(
            f"Its audio goes beyond {MAX_LEVEL:g} times full scale.",
            remedy="Save it with 16 or 24 bits a sample.",
        )
    return np.ascontiguousarray(samples)


def _bit_depth(track: AudioStream) -> int | None:
    codec, about = track.codec_context.codec.canonical_name, track.codec_context.extradata or b""
    if codec in ("pcm_alaw", "pcm_mulaw"):
        return 8
    if pcm := re.fullmatch(r"pcm_[suf](\d+)(le|be)?", codec):
        return int(pcm[1])
    if codec == "flac" and len(about) >= _FLAC_BITS_AT + 2:
        return (int.from_bytes(about[_FLAC_BITS_AT : _FLAC_BITS_AT + 2]) >> 4 & 31) + 1
    if codec == "alac" and len(about) > _ALAC_BITS_AT:
        return about[_ALAC_BITS_AT]
    return None
