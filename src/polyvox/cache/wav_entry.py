"""An entry's bytes: a plain WAV (s16le, mono) that any player opens, with a checksum of its own.

Layout: ``RIFF``, ``fmt ``, ``pvox`` (CRC-32 of key, rate and PCM; readers skip chunks that they
do not know), ``data``. The format is strict, so a file that differs from it anywhere is damaged.
"""

from __future__ import annotations

import struct
import zlib

from polyvox.domain.audio import SAMPLE_BYTES, AudioChunk

_HEADER = struct.Struct("<4sI4s 4sIHHIIHH 4sII 4sI")
_RATE = 7  # index of the sample rate among the header's fields
_RIFF_HEAD = 8  # bytes that the RIFF size does not count
_PCM, _MONO = 1, 1


class DamagedEntry(ValueError):
    """Truncated, altered, or not written by :func:`encode` for this key."""


def entry_size(audio: AudioChunk) -> int:
    """Bytes that ``audio`` takes as an entry."""
    return _HEADER.size + len(audio.pcm)


def encode(key: str, audio: AudioChunk) -> tuple[bytes, bytes]:
    """The header and the PCM; an entry is the one after the other."""
    checksum = zlib.crc32(audio.pcm, zlib.crc32(f"{key} {audio.sample_rate} ".encode()))
    riff = (b"RIFF", entry_size(audio) - _RIFF_HEAD, b"WAVE")
    rate = audio.sample_rate
    form = (b"fmt ", 16, _PCM, _MONO, rate, rate * SAMPLE_BYTES, SAMPLE_BYTES, 8 * SAMPLE_BYTES)
    header = _HEADER.pack(*riff, *form, b"pvox", 4, checksum, b"data", len(audio.pcm))
    return header, audio.pcm


def decode(key: str, data: bytes) -> AudioChunk:
    """The audio of an entry. Raises DamagedEntry."""
    try:
        audio = AudioChunk(data[_HEADER.size :], _HEADER.unpack_from(data)[_RATE])
        header, _ = encode(key, audio)
    except (struct.error, ValueError) as error:
        raise DamagedEntry("The entry is not whole.") from error
    if header != data[: _HEADER.size] or not audio.pcm:
        raise DamagedEntry("The entry is not what was written.")
    return audio
