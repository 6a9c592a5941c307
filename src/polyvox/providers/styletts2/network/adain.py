"""Layers that a style vector steers, by adaptive instance normalisation (Huang and Belongie, 2017).

Rows of a batch may be padded: then ``mask`` [B, 1, T] is 1 inside each row and 0 past its end, a
row's results are those it has alone, and what stands past its end means nothing.

Convolutions hold plain weights. The checkpoint's weight norm is folded into them when it is loaded.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own name for it
from torch import Tensor, nn

EPSILON = 1e-5
SLOPE = 0.2
"""Of the leaky rectifier, for what is below 0."""


class AdaIN1d(nn.Module):
    """Every channel to mean 0 and deviation 1 over time, then scaled and moved as the style says."""

    def __init__(self, style: int, channels: int) -> None:
        super().__init__()
        self.fc = nn.Linear(style, 2 * channels)

    def forward(self, x: Tensor, style: Tensor, mask: Tensor | None = None) -> Tensor:
        """[B, C, T] of ``x`` [B, C, T] and ``style`` [B, S]."""
        scale, offset = self.factors(style)
        return normalised(x, scale, offset) if mask is None else _masked(x, scale, offset, mask)

    def factors(self, style: Tensor) -> tuple[Tensor, Tensor]:
        """What channels are multiplied by, and what is added to them, [B, C] each."""
        scale, offset = self.fc(style).chunk(2, dim=1)
        return 1 + scale, offset


class AdainResBlk1d(nn.Module):
    """Two convolutions around a shortcut, each after AdaIN; ``upsample`` doubles the time steps."""

    def __init__(self, channels_in: int, channels: int, style: int, upsample: bool = False) -> None:
        super().__init__()
        self.norm1 = AdaIN1d(style, channels_in)
        self.norm2 = AdaIN1d(style, channels)
        self.conv1 = nn.Conv1d(channels_in, channels, 3, padding=1)
        self.conv2 = nn.Conv1d(channels, channels, 3, padding=1)
        if channels_in != channels:
            self.conv1x1 = nn.Conv1d(channels_in, channels, 1, bias=False)
        if upsample:
            self.pool = nn.ConvTranspose1d(
                channels_in, channels_in, 3, 2, padding=1, output_padding=1, groups=channels_in
            )
        self.upsample = upsample
        self.learned_shortcut = channels_in != channels

    def forward(self, x: Tensor, style: Tensor, mask: Tensor | None = None) -> Tensor:
        """[B, C, T], or [B, C, 2T], of ``x`` [B, C, T] and ``style`` [B, S]. ``mask`` is that of
        ``x``; see ``doubled`` for that of the result."""
        return (self._residual(x, style, mask) + self._shortcut(x)) / math.sqrt(2)

    def _residual(self, x: Tensor, style: Tensor, mask: Tensor | None) -> Tensor:
        x = _within(F.leaky_relu(self.norm1(x, style, mask), SLOPE), mask)
        if self.upsample:
            mask = doubled(mask)
            x = _within(self.pool(x), mask)
        x = self.conv1(x)
        x = _within(F.leaky_relu(self.norm2(x, style, mask), SLOPE), mask)
        convolved: Tensor = self.conv2(x)
        return convolved

    def _shortcut(self, x: Tensor) -> Tensor:
        # Before the doubling, not after it: a kernel of 1 sees no neighbours, so it is the same.
        x = self.conv1x1(x) if self.learned_shortcut else x
        return x.repeat_interleave(2, dim=2) if self.upsample else x


def normalised(x: Tensor, scale: Tensor, offset: Tensor) -> Tensor:
    """``x`` [B, C, T] at mean 0 and deviation 1 over time, times ``scale``, plus ``offset`` [B, C].

    Both are fp32, whatever the type of ``x``.
    """
    # Instance norm is batch norm of one row that has everybody's channels; it scales in one go.
    flat = F.batch_norm(
        x.reshape(1, -1, x.shape[2]),
        None,
        None,
        scale.reshape(-1),
        offset.reshape(-1),
        training=True,
        eps=EPSILON,
    )
    return flat.view_as(x)


def doubled(mask: Tensor | None) -> Tensor | None:
    """[B, 1, 2T] of the mask [B, 1, T] of what was upsampled."""
    return None if mask is None else mask.repeat_interleave(2, dim=2)


def _masked(x: Tensor, scale: Tensor, offset: Tensor, mask: Tensor) -> Tensor:
    """``normalised``, by the statistics of what is inside each row."""
    count = mask.sum(dim=2, keepdim=True)
    centred = x - (x * mask).sum(dim=2, keepdim=True) / count
    variance = (centred.square() * mask).sum(dim=2, keepdim=True) / count
    return torch.addcmul(
        offset[..., None], centred, scale[..., None] * (variance + EPSILON).rsqrt()
    )


def _within(x: Tensor, mask: Tensor | None) -> Tensor:
    """Zeros past the end of each row, as the padding of a convolution would be."""
    return x if mask is None else x * mask
