"""HiFi-GAN (Kong et al., 2020), told the pitch by a source and the voice by a style vector."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from polyvox.providers.styletts2.network.generator import Generator
from polyvox.providers.styletts2.network.layout import by_step, convolved
from polyvox.providers.styletts2.network.resblock import snake
from polyvox.providers.styletts2.network.sizes import VocoderSizes


class HiFiGAN(Generator):
    """Samples from features, by upsampling alone. What LibriTTS's checkpoint has."""

    def __init__(self, sizes: VocoderSizes) -> None:
        super().__init__(sizes, source_channels=1)
        widths = [sizes.channels >> stage for stage in range(len(sizes.rates) + 1)]
        self.alphas = nn.ParameterList(torch.ones(1, width, 1) for width in widths)
        self.conv_post = nn.Conv1d(widths[-1], 1, 7, padding=3)

    def forward(self, x: Tensor, style: Tensor, source: Tensor) -> Tensor:
        """[1, L] in −1 … 1 of features ``x`` [1, C, F], ``style`` [1, S] and ``source`` [1, L]."""
        heard = by_step(source[:, None].to(x.dtype))
        x = by_step(x)
        for stage, up in enumerate(self.ups):
            x = self._stage(stage, convolved(up, snake(x, self.alphas[stage])), heard, style)
        x = snake(x, self.alphas[-1]).float()
        return torch.tanh(convolved(self.conv_post, x)).flatten(1)
