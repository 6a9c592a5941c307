"""Recordings that are the same on every machine."""

from __future__ import annotations

import io
import wave

import aiohttp
import numpy as np

from tests.integration.kept.keeping import FOLDER

RATE = 16_000
VOICE = FOLDER / "voice.ogg"
"""Seven seconds of Piper's voice of Joe."""


def hum(seconds: float = 5.0, pitch: float = 140.0) -> bytes:
    """A WAV of a hummed tone with its harmonics, in syllables, between two pauses."""
    time = np.arange(round(seconds * RATE)) / RATE
    tone = sum(np.sin(2 * np.pi * pitch * n * time) / n for n in range(1, 20))
    syllables = np.clip(np.sin(2 * np.pi * 3 * time), 0, None) ** 0.5
    inside = (time > 0.3) & (time < seconds - 0.3)
    samples = 0.2 * tone * syllables * inside
    file = io.BytesIO()
    with wave.open(file, "wb") as writing:
        writing.setparams((1, 2, RATE, 0, "NONE", ""))
        writing.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
    return file.getvalue()


def recording() -> bytes:
    return VOICE.read_bytes()


def form(content: bytes, **fields: str) -> aiohttp.FormData:
    sent = aiohttp.FormData(fields)
    sent.add_field("file", io.BytesIO(content), filename="voice", content_type="audio/ogg")
    return sent
