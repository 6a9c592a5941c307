"""What the style encoders see of a recording: where somebody speaks, as a mel spectrogram."""

from __future__ import annotations

from functools import cache

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own name for it
from torch import Tensor

from polyvox.providers.styletts2.network.sizes import HOP

BANDS = 80
FFT, WINDOW = 2048, 1200
HIGHEST_HZ = 8_000.0
"""Of the uppermost band, were the rate 16 kHz. The checkpoints were trained with bands for that rate
on audio of 24 kHz, so they reach up to 12 kHz in truth; they must be made the same way here."""
QUIETEST = 1e-5
MEAN, DEVIATION = -4.0, 4.0
"""Of the logarithms, as the training assumed them."""

TRIM_DB = 30.0
"""What is so much quieter than the loudest moment is taken for silence."""
TRIM_WINDOW, TRIM_HOP = 2048, 512
"""Samples."""
INAUDIBLE = 1e-5


def log_mel(wave: Tensor) -> Tensor:
    """[80, 1 + n // 300] of ``wave`` [n] in ±1 at 24 kHz; n at least 1,025."""
    window = torch.hann_window(WINDOW, device=wave.device)
    spectrum = torch.stft(
        wave, FFT, HOP, WINDOW, window, center=True, pad_mode="reflect", return_complex=True
    )
    power = spectrum.abs().square()
    return ((power.mT @ filterbank().to(wave.device)).mT.add(QUIETEST).log() - MEAN) / DEVIATION


@cache
def filterbank() -> Tensor:
    """[1025, 80]: triangles that are evenly spaced on HTK's mel scale, 2595 log10(1 + f / 700)."""
    bins = torch.linspace(0.0, HIGHEST_HZ, FFT // 2 + 1)
    highest = 2595.0 * torch.log10(torch.tensor(1.0 + HIGHEST_HZ / 700.0)).item()
    corners = 700.0 * (10.0 ** (torch.linspace(0.0, highest, BANDS + 2) / 2595.0) - 1.0)
    widths = corners.diff()
    distance = corners[None, :] - bins[:, None]
    rising, falling = -distance[:, :-2] / widths[:-1], distance[:, 2:] / widths[1:]
    return torch.minimum(rising, falling).clamp_min(0.0)


def trim(wave: Tensor) -> slice:
    """Where ``wave`` [n] is not silent, from the first such moment to the last.

    As ``librosa.effects.trim`` finds it: by the RMS of windows against that of the loudest one. All
    of it where nothing can be heard at all.
    """
    padded = F.pad(wave.double().square(), (TRIM_WINDOW // 2, TRIM_WINDOW // 2))
    rms = F.avg_pool1d(padded[None], TRIM_WINDOW, TRIM_HOP)[0].sqrt()
    decibels = 20.0 * rms.clamp_min(INAUDIBLE).log10()
    heard = torch.nonzero(decibels > decibels.max() - TRIM_DB)
    first, last = int(heard[0]), int(heard[-1])
    return slice(first * TRIM_HOP, min(len(wave), (last + 1) * TRIM_HOP))
