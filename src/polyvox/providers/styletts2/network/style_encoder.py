"""The style of a recording: one encoder gives its timbre, another of the same kind its prosody."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import torch.nn.functional as F  # noqa: N812 - torch's own name for it
from torch import Tensor, nn

SLOPE = 0.2
SHORTEST = 65
"""Columns of the mel spectrogram; of fewer, the last convolution has nothing to see."""
LAST_KERNEL = 5


class StyleEncoder(nn.Module):
    """Residual blocks that halve bands and time, one look at all bands, and the mean over time.

    ``channels``: after the first convolution, and after each block.
    """

    def __init__(self, channels: Sequence[int], style: int) -> None:
        super().__init__()
        last = channels[-1]
        self.shared = nn.Sequential(
            nn.Conv2d(1, channels[0], 3, padding=1),
            *(HalvingBlock(into, out) for into, out in itertools.pairwise(channels)),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(last, last, LAST_KERNEL),
            nn.AdaptiveAvgPool2d(1),
            nn.LeakyReLU(SLOPE),
            nn.Flatten(),
        )
        self.unshared = nn.Linear(last, style)

    def forward(self, mel: Tensor) -> Tensor:
        """[B, style] of ``mel`` [B, 80, M], M at least SHORTEST."""
        style: Tensor = self.unshared(self.shared(mel[:, None]))
        return style


class HalvingBlock(nn.Module):
    """Two convolutions around a shortcut, with half the bands and columns, rounded up, in between."""

    def __init__(self, into: int, out: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(into, into, 3, padding=1)
        self.downsample_res = nn.ModuleDict(
            {"conv": nn.Conv2d(into, into, 3, stride=2, padding=1, groups=into)}
        )
        self.conv2 = nn.Conv2d(into, out, 3, padding=1)
        self.conv1x1 = nn.Conv2d(into, out, 1, bias=False) if into != out else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """[B, out, H / 2, W / 2] of ``x`` [B, into, H, W]; H is even."""
        halved = self.downsample_res["conv"](self.conv1(F.leaky_relu(x, SLOPE)))
        residual: Tensor = self.conv2(F.leaky_relu(halved, SLOPE))
        return (residual + self._shortcut(x)) / math.sqrt(2)

    def _shortcut(self, x: Tensor) -> Tensor:
        x = self.conv1x1(x)
        if x.shape[-1] % 2:
            x = F.pad(x, (0, 1, 0, 0), mode="replicate")
        return F.avg_pool2d(x, 2)
