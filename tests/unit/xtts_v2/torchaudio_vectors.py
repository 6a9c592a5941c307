"""What the real torchaudio gives for signals made here: the measure of our stand-in for it.

``torchaudio_vectors.npz`` was written by torchaudio 2.11.0 on torch 2.13.0, where both load:

    python -m tests.unit.xtts_v2.torchaudio_vectors
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

PATH = Path(__file__).with_suffix(".npz")
RATES = ((44_100, 22_050), (48_000, 22_050), (16_000, 22_050), (8_000, 22_050), (22_050, 16_000))
"""From and to (Hz): those of common recordings, and the one of the speaker encoder."""
SPECTROGRAMS: dict[str, dict[str, Any]] = {
    "gpt": {
        "sample_rate": 22_050,
        "n_fft": 2048,
        "hop_length": 256,
        "win_length": 1024,
        "power": 2,
        "normalized": False,
        "f_min": 0,
        "f_max": 8000,
        "n_mels": 80,
        "norm": "slaney",
    },
    "speaker": {
        "sample_rate": 16_000,
        "n_fft": 512,
        "win_length": 400,
        "hop_length": 160,
        "window_fn": torch.hamming_window,
        "n_mels": 64,
    },
}
"""As XTTS asks for them."""


def signal(rate: int, seconds: float) -> Tensor:
    """Two channels [2, frames]: a sweep up to the highest frequency, and a hum with a click."""
    time = np.arange(round(rate * seconds)) / rate
    sweep = 0.6 * np.sin(np.pi * rate / 2 / seconds * time**2)
    hum = 0.3 * np.sin(2 * np.pi * 120 * time) + 0.2 * np.sin(2 * np.pi * 2750 * time)
    hum[len(hum) // 3] += 0.5
    return torch.from_numpy(np.stack([sweep, hum])).float()


def results(
    resample: Callable[[Tensor, int, int], Tensor], spectrogram: Callable[..., Any]
) -> dict[str, Tensor]:
    """Of every case, by its name."""
    made = {f"resample {a} {b}": resample(signal(a, 0.02), a, b) for a, b in RATES}
    for name, sizes in SPECTROGRAMS.items():
        made[f"mel {name}"] = spectrogram(**sizes)(signal(sizes["sample_rate"], 0.1))
    return made


if __name__ == "__main__":
    import torchaudio

    real = results(torchaudio.functional.resample, torchaudio.transforms.MelSpectrogram)
    arrays: dict[str, Any] = {name: value.numpy() for name, value in real.items()}
    np.savez_compressed(PATH, **arrays)
