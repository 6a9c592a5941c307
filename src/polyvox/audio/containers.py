"""Containers a reply can be asked in: PCM and WAV here, codecs in ``polyvox.audio.codecs``.

An encoder hands out bytes as soon as its codec allows. Measured at 24 kHz: what a listener can
decode first leaves after so much audio has been written, and the codec adds so much at the start.

====== ============ ================ =====================================================
format first bytes  silence at start what a stream does not say
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
from types import TracebackType
from typing import Final, Protocol, Self

from polyvox.domain.audio import MEDIA_TYPES, SAMPLE_BYTES, AudioFormat

UNKNOWN_SIZE: Final = 0xFFFFFFFF
"""In a WAV header that leaves before its audio is known: read until the stream ends."""
_WAV_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
_BEFORE_DATA: Final = _WAV_HEADER.size - 8


class Encoder(Protocol):
    """One audio stream in one container. Used by one task at a time; not thread-safe.

    ``pcm`` is s16le mono, at the rate the encoder was opened with.
    """

    media_type: str

    def write(self, pcm: bytes) -> bytes:
        """What can be sent now, the header first. Raises ValueError once closed or aborted."""
        ...

    def close(self) -> bytes:
        """The rest, and everything released; b"" the second time."""
        ...

    def abort(self) -> None:
        """Release everything; the stream stays broken off."""
        ...


class _Uncompressed:
    def __init__(self, media_type: str, header: bytes, total_samples: int | None) -> None:
        self.media_type = media_type
        self._header = header
        self._left = None if total_samples is None else total_samples * SAMPLE_BYTES
        self._open = True

    def write(self, pcm: bytes) -> bytes:
        if not self._open:
            raise ValueError("The encoder is closed")
        if len(pcm) % SAMPLE_BYTES:
            raise ValueError("PCM must hold whole 16-bit samples")
        if self._left is not None:
            self._left -= len(pcm)
            if self._left < 0:
                raise ValueError("More audio than the total_samples announced")
        header, self._header = self._header, b""
        return header + pcm

    def close(self) -> bytes:
        if not self._open:
            return b""
        if self._left:
            self._open = False
            raise ValueError("Less audio than the total_samples announced")
        rest = self.write(b"")
        self._open = False
        return rest

    def abort(self) -> None:
        self._open = False


class opened:  # noqa: N801 - used like contextlib.closing
    """``with opened(encoder):`` aborts it on leaving, which does nothing to one that is closed."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def __enter__(self) -> Encoder:
        return self._encoder

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._encoder.abort()
