"""A reference recording as samples: of any container that FFmpeg reads, no longer than needed."""

from __future__ import annotations

import math

import soxr
import torch
from torch import Tensor

from polyvox.audio.recording import AudioUnreadable, decode_audio
from polyvox.errors import BadSample
from polyvox.providers.xtts_v2.torchaudio_standin import resample

RATE = 22_050
"""Hz, as XTTS wants its samples."""
MIN_SECONDS = 1.0
FINEST_RATIO = 2_000
"""Rates that have no smaller ratio to RATE would need filters of gigabytes: they go by COMMON_RATE."""
COMMON_RATE = 48_000
SILENCE = 1e-3
"""Full scale is 1: where no sample is louder, nobody speaks (−60 dB)."""


def read_recording(data: bytes, name: str, longest_s: float) -> Tensor:
    """The first ``longest_s`` of a file's contents: fp32 [1, frames] in ±1 at RATE, mono.

    ``name`` is for errors. Raises BadSample for what is no audio, or too little of it.
    """
    try:
        samples, rate = decode_audio(data, longest_s=longest_s + MIN_SECONDS)
    except AudioUnreadable as error:
        raise BadSample(
            f"The sample {name} cannot be read as audio.",
            param="voice_samples",
            remedy="Upload it again, as WAV, FLAC, MP3, OGG or M4A.",
        ) from error
    if rate // math.gcd(rate, RATE) > FINEST_RATIO:
        samples, rate = soxr.resample(samples.T, rate, COMMON_RATE).T, COMMON_RATE
    mono = torch.from_numpy(samples.mean(axis=0, keepdims=True))
    mono = resample(mono, rate, RATE).clamp(-1, 1)
    seconds = mono.shape[-1] / RATE
    if seconds < MIN_SECONDS:
        raise BadSample(
            f"The sample {name} is too short: {seconds:.1f} s, at least {MIN_SECONDS:g} s are needed.",
            param="voice_samples",
            remedy="Record 6 s of speech or more.",
        )
    if mono.abs().max() < SILENCE:
        raise BadSample(f"Nothing can be heard in the sample {name}.", param="voice_samples")
    return mono[:, : int(RATE * longest_s)]
