"""MP3, Opus, AAC and FLAC, encoded by FFmpeg inside PyAV. Importing it takes about 100 ms.

Encoding a second of audio takes 5 to 15 ms of one core, with the interpreter's lock released for
most of it: fine between two awaits for a chunk as it is synthesized, work for a thread when whole
recordings are encoded.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer

from polyvox.audio.containers import check_whole_samples
from polyvox.audio.pcm import samples_of
from polyvox.audio.resample import StreamResampler
from polyvox.domain.audio import MEDIA_TYPES, SAMPLE_BYTES, AudioChunk, AudioFormat

_FLAC_TOTAL_AT: Final = 21
"""Offset of STREAMINFO's 36-bit count of samples, behind half a byte of something else (RFC 9639)."""
_FLAC_MAX_TOTAL: Final = 2**36 - 1
_FLAC_MAX_RATE: Final = 655_350
_ONE_SAMPLE: Final = bytes(SAMPLE_BYTES)


@dataclass(frozen=True, slots=True)
class _Codec:
    """FFmpeg's names and options; ``live_muxing`` and ``live_coding`` are for streams alone."""

    name: str
    muxer: str
    bit_rate: int | None = None
    muxing: Mapping[str, str] = field(default_factory=dict)
    live_muxing: Mapping[str, str] = field(default_factory=dict)
    coding: Mapping[str, str] = field(default_factory=dict)
    live_block_ms: int | None = None

    def muxer_options(self, whole: bool) -> Mapping[str, str]:
        live = {} if whole else {"flush_packets": "1", **self.live_muxing}
        return {**self.muxing, **live}

    def options(self, rate: int, whole: bool) -> Mapping[str, str]:
        if whole or self.live_block_ms is None:
            return self.coding
        return {**self.coding, "frame_size": str(max(16, rate * self.live_block_ms // 1000))}


_CODECS: Final = {
    AudioFormat.MP3: _Codec(
        "libmp3lame",
        "mp3",
        bit_rate=64_000,
        muxing={"id3v2_version": "0"},
        live_muxing={"write_xing": "0"},  # it would claim a length of nothing
        coding={"reservoir": "0"},  # else a frame waits for the bits of later ones, 30 ms more
    ),
    AudioFormat.OPUS: _Codec(
        "libopus", "ogg", bit_rate=48_000, live_muxing={"page_duration": "20000"}
    ),
    AudioFormat.AAC: _Codec("aac", "adts", bit_rate=64_000),
    AudioFormat.FLAC: _Codec(
        "flac", "flac", muxing={"metadata_header_padding": "0"}, live_block_ms=20
    ),
}


class _Pipe:
    """Takes the muxer's bytes until they are collected. Cannot seek, like a socket."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def write(self, data: bytes) -> int:
        self._bytes += data
        return len(data)

    def ready(self) -> bytes:
        taken = bytes(self._bytes)
        self._bytes.clear()
        return taken

    rest = ready


class _File(io.BytesIO):
    """Lets the muxer go back and complete its header, so nothing is ready before the end."""

    def ready(self) -> bytes:
        return b""

    def rest(self) -> bytes:
        return self.getvalue()


class CodecEncoder:
    """An Encoder that compresses. Audio at a rate the codec does not take is resampled.

    Empty audio becomes one sample of silence, since most of these containers need a frame.
    With ``whole`` all bytes come from ``close``, behind a header that knows the length.
    """

    def __init__(
        self,
        format: AudioFormat,
        sample_rate: int,
        *,
        total_samples: int | None = None,
        whole: bool = False,
    ) -> None:
        codec = _CODECS[format]
        self.media_type = MEDIA_TYPES[format]
        self._source_rate = sample_rate
        self._rate = _accepted_rate(codec.name, sample_rate)
        self._resampler = StreamResampler(self._rate)
        self._encoded = 0
        self._total = total_samples if format is AudioFormat.FLAC and not whole else None
        self._sink = _File() if whole else _Pipe()
        self._muxer: OutputContainer | None = av.open(
            self._sink, "w", format=codec.muxer, options=dict(codec.muxer_options(whole))
        )
        self._track = _open_track(self._muxer, codec, self._rate, whole)

    def write(self, pcm: bytes) -> bytes:
        if self._muxer is None:
            raise ValueError("The encoder is closed")
        check_whole_samples(pcm)
        self._encode(self._resampler.push(AudioChunk(pcm, self._source_rate)))
        return self._with_total(self._sink.ready())

    def close(self) -> bytes:
        if self._muxer is None:
            return b""
        try:
            self._encode(self._resampler.flush())
            if not self._encoded:
                self._encode(AudioChunk(_ONE_SAMPLE, self._rate))
            self._muxer.mux(self._track.encode(None))
            self._muxer.close()
            return self._with_total(self._sink.rest())
        finally:
            self.abort()

    def abort(self) -> None:
        muxer, self._muxer = self._muxer, None
        if muxer is not None:
            with contextlib.suppress(av.FFmpegError):  # nobody waits for a broken stream's end
                muxer.close()
        self._sink = _Pipe()

    def _encode(self, chunk: AudioChunk | None) -> None:
        if chunk is None or self._muxer is None:
            return
        samples = samples_of(chunk.pcm)
        frame = AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = self._rate
        frame.time_base = Fraction(1, self._rate)
        frame.pts = self._encoded
        self._encoded += len(samples)
        self._muxer.mux(self._track.encode(frame))

    def _with_total(self, data: bytes) -> bytes:
        """``data`` with the promised length in FLAC's STREAMINFO, if it is the first."""
        if not self._total or not data:
            return data
        total, self._total = min(self._total, _FLAC_MAX_TOTAL), None
        end = _FLAC_TOTAL_AT + 5
        told = int.from_bytes(data[_FLAC_TOTAL_AT:end]) | total
        return data[:_FLAC_TOTAL_AT] + told.to_bytes(5) + data[end:]


def encode_whole(format: AudioFormat, pcm: bytes, sample_rate: int) -> bytes:
    """``pcm`` as one file that tells its exact length, where its format can."""
    encoder = CodecEncoder(format, sample_rate, whole=True)
    try:
        encoder.write(pcm)
        return encoder.close()
    finally:
        encoder.abort()


def _open_track(muxer: OutputContainer, codec: _Codec, rate: int, whole: bool) -> AudioStream:
    added = muxer.add_stream(codec.name, rate=rate, options=dict(codec.options(rate, whole)))
    track = cast("AudioStream", added)  # the stubs know its type for literal names only
    track.layout = "mono"
    if codec.bit_rate:
        track.bit_rate = codec.bit_rate
    muxer.start_encoding()
    return track


def _accepted_rate(codec: str, sample_rate: int) -> int:
    """The codec's nearest rate that loses nothing, or its highest."""
    rates = sorted(av.Codec(codec, "w").audio_rates or ())
    if not rates:
        return min(sample_rate, _FLAC_MAX_RATE)
    return next((rate for rate in rates if rate >= sample_rate), rates[-1])
