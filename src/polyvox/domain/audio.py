"""Audio as it travels between rooms: 16-bit signed little-endian PCM, one channel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SAMPLE_BYTES = 2
"""Bytes per sample: 16 bit, mono."""


class AudioFormat(StrEnum):
    """Containers a reply can be asked in, with OpenAI's names."""

    MP3 = "mp3"
    OPUS = "opus"
    AAC = "aac"
    FLAC = "flac"
    WAV = "wav"
    PCM = "pcm"


MEDIA_TYPES: dict[AudioFormat, str] = {
    AudioFormat.MP3: "audio/mpeg",
    AudioFormat.OPUS: "audio/ogg",
    AudioFormat.AAC: "audio/aac",
    AudioFormat.FLAC: "audio/flac",
    AudioFormat.WAV: "audio/wav",
    AudioFormat.PCM: "audio/pcm",
}


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """A stretch of audio: ``pcm`` is s16le mono (n samples, 2n bytes), ``sample_rate`` in Hz."""

    pcm: bytes
    sample_rate: int

    def __post_init__(self) -> None:
        if len(self.pcm) % SAMPLE_BYTES:
            raise ValueError("PCM must hold whole 16-bit samples")
        if self.sample_rate <= 0:
            raise ValueError("sample_rate must be positive")

    @property
    def samples(self) -> int:
        return len(self.pcm) // SAMPLE_BYTES

    @property
    def duration_ms(self) -> float:
        return 1000.0 * self.samples / self.sample_rate
