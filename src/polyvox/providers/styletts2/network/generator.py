"""What both vocoders share: upsampling in stages, each steered by the style and the source."""

from __future__ import annotations

import math

from torch import Tensor, nn

from polyvox.providers.styletts2.network.layout import convolved
from polyvox.providers.styletts2.network.resblock import SnakeResBlock
from polyvox.providers.styletts2.network.sizes import VocoderSizes
from polyvox.providers.styletts2.network.source import HarmonicSource

SOURCE_DILATIONS = (1, 3, 5)
SOURCE_KERNELS = 7, 11
"""Of the blocks that the source goes through, before the last stage and at it."""


class Generator(nn.Module):
    """The stages; a vocoder adds what comes before, between and after them."""

    def __init__(self, sizes: VocoderSizes, source_channels: int) -> None:
        super().__init__()
        self.m_source = HarmonicSource(sizes.harmonics, sizes.hop)
        self.ups, self.resblocks = nn.ModuleList(), nn.ModuleList()
        self.noise_convs, self.noise_res = nn.ModuleList(), nn.ModuleList()
        for stage, (rate, kernel) in enumerate(zip(sizes.rates, sizes.kernels, strict=True)):
            wide, channels = sizes.channels >> stage, sizes.channels >> (stage + 1)
            # As many steps out as in times the rate, also where rate and kernel differ by an odd
            # number: the other step then goes to the end.
            padding, odd = divmod(kernel - rate + 1, 2)
            self.ups.append(
                nn.ConvTranspose1d(
                    wide, channels, kernel, rate, padding=padding, output_padding=1 - odd
                )
            )
            self._hear(source_channels, channels, math.prod(sizes.rates[stage + 1 :]), sizes.style)
            for size, dilations in zip(sizes.block_kernels, sizes.block_dilations, strict=True):
                self.resblocks.append(SnakeResBlock(channels, size, dilations, sizes.style))

    def _hear(self, source_channels: int, channels: int, stride: int, style: int) -> None:
        """A stage whose steps are ``stride`` steps of the source long."""
        before, last = SOURCE_KERNELS
        if stride == 1:
            conv, kernel = nn.Conv1d(source_channels, channels, 1), last
        else:
            reach = (stride + 1) // 2
            conv = nn.Conv1d(source_channels, channels, 2 * stride, stride, padding=reach)
            kernel = before
        self.noise_convs.append(conv)
        self.noise_res.append(SnakeResBlock(channels, kernel, SOURCE_DILATIONS, style))

    def _stage(self, stage: int, x: Tensor, source: Tensor, style: Tensor) -> Tensor:
        """Of ``x`` [1, C, 1, T], which is upsampled and not yet told of ``source`` [1, c, 1, …]."""
        x = self.noise_res[stage](convolved(self.noise_convs[stage], source), style).add_(x)
        count = len(self.resblocks) // len(self.ups)
        first, *others = self.resblocks[stage * count : (stage + 1) * count]
        mixed: Tensor = first(x, style)
        for block in others:
            mixed += block(x, style)
        return mixed.div_(count)
