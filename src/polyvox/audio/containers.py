"""Containers a reply can be asked in: PCM and WAV here, codecs in ``polyvox.audio.codecs``.

An encoder hands out bytes as soon as its codec allows. Measured at 24 kHz, the first audio leaves
after so much has been written, and so much silence is heard before it:

====== ============ ================ =====================================================
format first audio  silence first    what the stream does not say
====== ============ ================ =====================================================
pcm    at once      none             its length
wav    at once      none             its length (0xFFFFFFFF), unless ``total_samples`` says it
flac   20 ms        none             its length, unless ``total_samples`` says it
opus   40 ms        none             (pre-skip and end are in the pages)
mp3    50 ms        46 ms            length and padding; ``encode`` writes both (Xing, LAME)
aac    86 ms        43 ms            ADTS has no field for length or padding
====== ============ ================ =====================================================
"""

from __future__ import annotations

import struct
from typing import Final, Protocol

from polyvox.domain.audio import MEDIA_TYPES, SAMPLE_BYTES, AudioFormat

UNKNOWN_SIZE: Final = 0xFFFFFFFF
"""In a WAV header that leaves before its audio is known: read on until the stream ends."""
_WAV_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
_WAV_BEFORE_DATA: Final = _WAV_HEADER.size - 8
_PCM_TAG: Final = 1


class Encoder(Protocol):
    """One stream of audio in one container. Used by one task at a time; not thread-safe.

    ``pcm`` is s16le mono at the rate the encoder was opened with.
    """

    @property
    def media_type(self) -> str: ...

    def write(self, pcm: bytes) -> bytes:
        """What can be sent now, the header first. Raises ValueError once closed or aborted."""

    def close(self) -> bytes:
        """The rest; everything is released. Nothing more the second time, or after ``abort``."""

    def abort(self) -> None:
        """Release everything; the stream stays broken off. May be called at any time."""


def open_encoder(
    format: AudioFormat, sample_rate: int, *, total_samples: int | None = None
) -> Encoder:
    """An encoder for audio at ``sample_rate`` (Hz).

    ``total_samples`` is promised where the whole length is known: WAV and FLAC headers then tell
    it. WAV holds the caller to it: ValueError on writing more, or on closing with less.
    """
    if sample_rate <= 0:
        raise ValueError("sample_rate must be positive")
    if format is AudioFormat.PCM:
        return _Plain(format)
    if format is AudioFormat.WAV:
        return _Wav(sample_rate, total_samples)
    from polyvox.audio.codecs import CodecEncoder

    return CodecEncoder(format, sample_rate, total_samples=total_samples)


def encode(format: AudioFormat, pcm: bytes, sample_rate: int) -> bytes:
    """Whole audio (s16le mono, ``sample_rate`` in Hz) in its container, with its exact length."""
    if format in (AudioFormat.PCM, AudioFormat.WAV):
        encoder = open_encoder(format, sample_rate, total_samples=len(pcm) // SAMPLE_BYTES)
        return encoder.write(pcm) + encoder.close()
    from polyvox.audio.codecs import encode_whole

    return encode_whole(format, pcm, sample_rate)


def check_whole_samples(pcm: bytes) -> None:
    """Raises ValueError when ``pcm`` ends within a sample."""
    if len(pcm) % SAMPLE_BYTES:
        raise ValueError("PCM must hold whole 16-bit samples")


class _Plain:
    """Samples as they are."""

    def __init__(self, format: AudioFormat) -> None:
        self.media_type = MEDIA_TYPES[format]
        self._open = True

    def write(self, pcm: bytes) -> bytes:
        if not self._open:
            raise ValueError("The encoder is closed")
        check_whole_samples(pcm)
        return pcm

    def close(self) -> bytes:
        self._open = False
        return b""

    def abort(self) -> None:
        self._open = False


class _Wav(_Plain):
    """Samples behind a header, which leaves with the first of them."""

    def __init__(self, sample_rate: int, total_samples: int | None) -> None:
        super().__init__(AudioFormat.WAV)
        self._rate = sample_rate
        self._promised = None if total_samples is None else SAMPLE_BYTES * total_samples
        self._written = 0
        self._has_header = False

    def write(self, pcm: bytes) -> bytes:
        pcm = super().write(pcm)
        self._written += len(pcm)
        if self._promised is not None and self._written > self._promised:
            raise ValueError("More audio than the total_samples promised")
        return self._header(self._promised) + pcm

    def close(self) -> bytes:
        if not self._open:
            return b""
        super().close()
        if self._promised is not None and self._written < self._promised:
            raise ValueError("Less audio than the total_samples promised")
        return self._header(0)

    def _header(self, size: int | None) -> bytes:
        """RIFF and data header, once. ``size`` is that of the data in bytes, None when unknown."""
        if self._has_header:
            return b""
        self._has_header = True
        data, riff = UNKNOWN_SIZE, UNKNOWN_SIZE
        if size is not None and size + _WAV_BEFORE_DATA < UNKNOWN_SIZE:
            data, riff = size, size + _WAV_BEFORE_DATA
        second = self._rate * SAMPLE_BYTES
        layout = (16, _PCM_TAG, 1, self._rate, second, SAMPLE_BYTES, 8 * SAMPLE_BYTES)
        return _WAV_HEADER.pack(b"RIFF", riff, b"WAVE", b"fmt ", *layout, b"data", data)
