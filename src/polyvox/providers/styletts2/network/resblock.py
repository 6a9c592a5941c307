"""The residual block of both vocoders, and its periodic activation, of values as in ``layout``."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from polyvox.providers.styletts2.network.adain import EPSILON, AdaIN1d
from polyvox.providers.styletts2.network.layout import convolved

CACHED = 1 << 20
"""Values that stay, with what is computed of them, in a processor's cache. Smaller parts gain
nothing, and the threads wait for each other after each step of each part."""
WIDE = 512
"""Values of one row in an elementwise step: shorter ones cost more than what is done to them."""


class SnakeResBlock(nn.Module):
    """Pairs of convolutions, the first of each dilated, each after AdaIN and Snake."""

    def __init__(self, channels: int, kernel: int, dilations: Sequence[int], style: int) -> None:
        super().__init__()

        def conv(dilation: int) -> nn.Conv1d:
            reach = dilation * (kernel - 1) // 2
            return nn.Conv1d(channels, channels, kernel, dilation=dilation, padding=reach)

        def slopes() -> nn.ParameterList:
            return nn.ParameterList(torch.ones(1, channels, 1) for _ in dilations)

        self.convs1 = nn.ModuleList(conv(dilation) for dilation in dilations)
        self.convs2 = nn.ModuleList(conv(1) for _ in dilations)
        self.adain1 = nn.ModuleList(AdaIN1d(style, channels) for _ in dilations)
        self.adain2 = nn.ModuleList(AdaIN1d(style, channels) for _ in dilations)
        self.alpha1, self.alpha2 = slopes(), slopes()

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """[1, C, 1, T] of ``x`` [1, C, 1, T] and ``style`` [1, S]."""
        first = zip(self.adain1, self.alpha1, self.convs1, strict=True)
        second = zip(self.adain2, self.alpha2, self.convs2, strict=True)
        for (norm1, alpha1, conv1), (norm2, alpha2, conv2) in zip(first, second, strict=True):
            y = convolved(conv1, _normalised_snake(norm1, x, style, alpha1))
            x = convolved(conv2, _normalised_snake(norm2, y, style, alpha2)).add_(x)
        return x


def snake(x: Tensor, alpha: Tensor) -> Tensor:
    """x + sin²(αx) / α (Ziyin et al., 2020) of ``x`` and ``alpha`` [1, C, 1]."""
    return _moved_snake(
        x, torch.ones_like(alpha).flatten(), torch.zeros_like(alpha).flatten(), alpha
    )


def _normalised_snake(norm: nn.Module, x: Tensor, style: Tensor, alpha: Tensor) -> Tensor:
    """Snake of ``norm``, which is an AdaIN, of ``x`` and ``style``."""
    assert isinstance(norm, AdaIN1d)  # noqa: S101 - a list of modules does not say of which
    (scale,), (offset,) = norm.factors(style)
    mean, variance = _moments(_parts(x), x.shape[1])
    gain = scale * (variance + EPSILON).rsqrt()
    return _moved_snake(x, gain, offset - mean * gain, alpha)


def _moved_snake(x: Tensor, gain: Tensor, shift: Tensor, alpha: Tensor) -> Tensor:
    """Snake of ``gain`` · x + ``shift`` [C], computed in fp32.

    Written as x + (1 − cos 2αx) / 2α. Moving values between its steps takes longer than the steps:
    so a part of them goes through all before the next is begun.
    """
    done = torch.empty_like(x)
    places = _parts(done)
    together = places[0].shape[1] // x.shape[1]
    twice = 2 * alpha.flatten()
    factors = gain, shift + 1 / twice, twice * gain, twice * shift, 1 / twice
    gain, above, faster, phase, half = (factor.repeat(together) for factor in factors)
    for part, place in zip(_parts(x), places, strict=True):
        waves = torch.addcmul(phase, part, faster).cos_()
        torch.addcmul(torch.addcmul(above, part, gain), waves, half, value=-1, out=place)
    return done


def _parts(x: Tensor) -> Sequence[Tensor]:
    """Views of ``x`` [1, C, 1, T], one after the other in time: [n, m × C], each row m steps."""
    _, channels, _, steps = x.shape
    together = math.gcd(steps, max(1, WIDE // channels))
    rows = x.permute(0, 2, 3, 1).view(steps // together, together * channels)
    few = max(1, CACHED // rows.shape[1]) if x.device.type == "cpu" else len(rows)
    return torch.split(rows, few)


def _moments(parts: Sequence[Tensor], channels: int) -> tuple[Tensor, Tensor]:
    """Mean and variance [C] over time, from those of each part (Chan et al., 1979): sums of as many
    values as a vocoder has steps would be off by 1e-5."""
    ones = torch.ones(parts[0].shape[1], device=parts[0].device)
    normalised = (
        torch.native_batch_norm(part, ones, ones, None, None, True, 0.0, EPSILON) for part in parts
    )
    found = zip(*(moments for _, *moments in normalised), strict=True)
    means, inverse = (torch.stack(each).view(len(parts), -1, channels) for each in found)
    lengths = torch.tensor([float(len(part)) for part in parts], device=means.device)
    shares = (lengths / (lengths.sum() * means.shape[1]))[:, None, None]
    mean = (means * shares).sum(dim=(0, 1))
    variances = inverse.pow(-2) - EPSILON + (means - mean).square()
    return mean, (variances * shares).sum(dim=(0, 1))
