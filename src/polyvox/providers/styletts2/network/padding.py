"""Rows of different lengths in one batch, so that each gives what it would give alone."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def inside(lengths: Tensor, longest: int) -> Tensor:
    """Bool [B, ``longest``]: True up to each row's length, of ``lengths`` [B]."""
    return torch.arange(longest, device=lengths.device) < lengths[:, None]


def recur(lstm: nn.Module, x: Tensor, lengths: Tensor) -> Tensor:
    """What an LSTM (batch first, both directions) makes of ``x`` [B, T, C], 0 past ``lengths`` [B]."""
    if bool((lengths == x.shape[1]).all()):
        whole: Tensor = lstm(x)[0]
        return whole
    packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
    return pad_packed_sequence(lstm(packed)[0], batch_first=True, total_length=x.shape[1])[0]
