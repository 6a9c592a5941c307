"""A reference recording as samples: of any container that FFmpeg reads, no longer than needed."""

from __future__ import annotations

import io
import math
from typing import Any

import av
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

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
        samples, rate = _decoded(data, longest_s + MIN_SECONDS)
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise BadSample(
            f"The sample {name} cannot be read as audio.",
            param="voice_samples",
            remedy="Upload it again, as WAV, FLAC, MP3, OGG or M4A.",
        ) from error
    mono = resample(samples.mean(dim=0, keepdim=True), rate, RATE).clamp(-1, 1)
    seconds = mono.shape[-1] / RATE
    if seconds < MIN_SECONDS:
        raise BadSample(
            f"The sample {name} is too short: {seconds:.1f} s, at least {MIN_SECONDS:g} s are needed.",
            param="voice_samples",
            remedy="Record 6 s of speech or more.",
        )
    if not mono.isfinite().all() or mono.abs().max() < SILENCE:
        raise BadSample(f"Nothing can be heard in the sample {name}.", param="voice_samples")
    return mono[:, : int(RATE * longest_s)]


def _decoded(data: bytes, longest_s: float) -> tuple[Tensor, int]:
    """fp32 [channels, frames] and the rate (Hz), up to about ``longest_s``. Raises what av does,
    and ValueError for a file without audio."""
    planes: list[NDArray[Any]] = []
    with av.open(io.BytesIO(data), "r") as container:
        track = container.streams.audio[0]
        common = track.rate // math.gcd(track.rate, RATE) > FINEST_RATIO
        rate, seconds = COMMON_RATE if common else track.rate, 0.0
        as_floats = av.AudioResampler(format="fltp", rate=rate)
        for frame in container.decode(track):
            planes += [part.to_ndarray() for part in as_floats.resample(frame)]
            seconds += frame.samples / track.rate
            if seconds > longest_s:
                break
        planes += [part.to_ndarray() for part in as_floats.resample(None)]
    return torch.from_numpy(np.concatenate(planes, axis=1)), rate
