"""One-dimensional convolutions laid out as a CPU multiplies them soonest.

torch hands oneDNN a ``Conv1d`` channel after channel, to be rearranged before and after each layer.
As a convolution over one row of an image, channels last, nothing is rearranged: vocoders, whose
layers are narrow and long, take two thirds of the time, in fp32 as in bf16 (benchmarks/xtts.py).
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own name for it
from torch import Tensor


def lay_channels_last(module: torch.nn.Module) -> None:
    """Replace, in place, every one-dimensional convolution below ``module``; results stay the same
    but for the order of sums. Weight norms must have been folded into the weights."""
    for name, child in module.named_children():
        if isinstance(child, torch.nn.Conv1d | torch.nn.ConvTranspose1d):
            setattr(module, name, _Wide(child))
        else:
            lay_channels_last(child)


class _Wide(torch.nn.Module):
    """``conv`` over [batch, channels, samples]; the result is channels last in memory."""

    def __init__(self, conv: torch.nn.Conv1d | torch.nn.ConvTranspose1d) -> None:
        super().__init__()
        wide = conv.weight.detach()[:, :, None].contiguous(memory_format=torch.channels_last)
        self.weight = torch.nn.Parameter(wide, requires_grad=False)
        self.bias = conv.bias
        self._transposed = isinstance(conv, torch.nn.ConvTranspose1d)
        self._how: dict[str, Any] = {
            "stride": (1, *conv.stride),
            "padding": (0, *_numbers(conv)),
            "dilation": (1, *conv.dilation),
            "groups": conv.groups,
        }
        if isinstance(conv, torch.nn.ConvTranspose1d):
            self._how["output_padding"] = (0, *conv.output_padding)

    def forward(self, x: Tensor) -> Tensor:
        image = x.unsqueeze(2).contiguous(memory_format=torch.channels_last)
        convolve = F.conv_transpose2d if self._transposed else F.conv2d
        return convolve(image, self.weight, self.bias, **self._how).squeeze(2)


def _numbers(conv: torch.nn.Conv1d | torch.nn.ConvTranspose1d) -> tuple[int, ...]:
    """Padding to either side. Raises ValueError for what has no number, or pads with else than 0."""
    if isinstance(conv.padding, str) or conv.padding_mode != "zeros":
        raise ValueError("only layers padded by a number of zeros are laid out anew")
    return conv.padding
