"""The voiced part of speech as sines at multiples of the pitch, which the vocoder shapes (the
harmonic-plus-noise source of neural source-filter models, Wang et al., 2019)."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own name for it
from torch import Tensor, nn

SAMPLE_RATE = 24_000
AMPLITUDE = 0.1
"""Of every sine."""
VOICED_ABOVE = 10.0
"""Hz. There is no pitch below, only noise."""
NOISE_VOICED = 0.003
NOISE_UNVOICED = AMPLITUDE / 3
"""Standard deviation of the noise that is added to every sine."""


class HarmonicSource(nn.Module):
    """Sines at 1 … n times the pitch, mixed into one wave. Always fp32: a phase is thousands of
    radians."""

    def __init__(self, harmonics: int, hop: int) -> None:
        """``hop``: samples for each value of the pitch."""
        super().__init__()
        self.l_linear = nn.Linear(harmonics, 1)
        self.hop = hop

    def forward(self, f0: Tensor, noise: Tensor | None) -> Tensor:
        """[B, L] in −1 … 1 of ``f0`` [B, F] in Hz, L = F × hop. ``noise`` [B, L, n]: what is added to
        the sines, of deviation 1; none where it is None."""
        voiced = (f0 > VOICED_ABOVE).to(f0.dtype)
        amplitude = (AMPLITUDE * voiced).repeat_interleave(self.hop, dim=1)
        sines = torch.sin(self._phases(f0)).transpose(1, 2) * amplitude[..., None]
        if noise is not None:
            deviation = torch.where(voiced > 0, NOISE_VOICED, NOISE_UNVOICED)
            sines = torch.addcmul(
                sines, noise, deviation.repeat_interleave(self.hop, dim=1)[..., None]
            )
        return torch.tanh(self.l_linear(sines)).squeeze(2)

    def _phases(self, f0: Tensor) -> Tensor:
        """Radians [B, n, L]. The original adds them up at the rate of ``f0``, in fp32, and draws
        straight lines between; doing it more exactly would give other samples than its own."""
        multiples = torch.arange(1, self.l_linear.in_features + 1, device=f0.device)
        turns = (f0[:, None] * multiples[:, None] / SAMPLE_RATE) % 1
        radians = turns.cumsum(dim=2) * (2 * math.pi) * self.hop
        return F.interpolate(radians, scale_factor=float(self.hop), mode="linear")
