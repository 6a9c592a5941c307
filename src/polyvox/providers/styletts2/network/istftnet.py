"""iSTFTNet (Kaneko et al., 2022): a vocoder whose last step is an inverse Fourier transform."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own name for it
from torch import Tensor, nn

from polyvox.providers.styletts2.network.generator import Generator
from polyvox.providers.styletts2.network.layout import by_step, convolved
from polyvox.providers.styletts2.network.sizes import VocoderSizes

SLOPE = 0.1
SLOPE_LAST = 0.01
"""Of the leaky rectifiers before the stages and after them."""


class ISTFTNet(Generator):
    """Spectra from features, by upsampling, and samples from those. What LJSpeech's checkpoint
    has."""

    def __init__(self, sizes: VocoderSizes) -> None:
        bins = sizes.fft // 2 + 1
        super().__init__(sizes, source_channels=2 * bins)
        self.conv_post = nn.Conv1d(sizes.channels >> len(sizes.rates), 2 * bins, 7, padding=3)
        self._fft, self._hop = sizes.fft, sizes.fft_hop

    def forward(self, x: Tensor, style: Tensor, source: Tensor) -> Tensor:
        """[1, L] of features ``x`` [1, C, F], ``style`` [1, S] and ``source`` [1, L]."""
        heard = by_step(self._spectrum(source).to(x.dtype))
        x = by_step(x)
        for stage, up in enumerate(self.ups):
            x = convolved(up, F.leaky_relu(x, SLOPE))
            if stage == len(self.ups) - 1:  # a centred transform has one spectrum more than hops
                x = torch.cat([x[..., 1:2], x], dim=3)
            x = self._stage(stage, x, heard, style)
        return self._wave(convolved(self.conv_post, F.leaky_relu(x.float(), SLOPE_LAST)).squeeze(2))

    def _spectrum(self, wave: Tensor) -> Tensor:
        """[B, 2 × bins, L / hop + 1] of ``wave`` [B, L]: magnitudes, then phases in radians."""
        spectrum = torch.stft(
            wave, self._fft, self._hop, window=self._window(wave), return_complex=True
        )
        return torch.cat([spectrum.abs(), spectrum.angle()], dim=1)

    def _wave(self, x: Tensor) -> Tensor:
        """[B, L] of ``x`` [B, 2 × bins, L / hop + 1]: logarithms of magnitudes, then what gives the
        phases in radians as its sine, so that they stay within ±1."""
        magnitude, phase = x.chunk(2, dim=1)
        spectrum = torch.polar(magnitude.exp(), phase.sin())
        return torch.istft(spectrum, self._fft, self._hop, window=self._window(x))

    def _window(self, like: Tensor) -> Tensor:
        """Made anew each time: it is twenty values, and no part of a checkpoint."""
        return torch.hann_window(self._fft, device=like.device)
