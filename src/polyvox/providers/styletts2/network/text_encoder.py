"""Phonemes as the decoder hears them: what is to be said, without how."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own name for it
from torch import Tensor, nn

from polyvox.providers.styletts2.network.padding import inside, recur
from polyvox.providers.styletts2.network.sizes import Sizes

SLOPE = 0.2
EPSILON = 1e-5


class TextEncoder(nn.Module):
    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        hidden, kernel = sizes.hidden, sizes.kernel
        self.embedding = nn.Embedding(sizes.symbols, hidden)
        self.cnn = nn.ModuleList(
            nn.Sequential(
                nn.Conv1d(hidden, hidden, kernel, padding=kernel // 2),
                ChannelNorm(hidden),
                nn.LeakyReLU(SLOPE),
            )
            for _ in range(sizes.layers)
        )
        self.lstm = nn.LSTM(hidden, hidden // 2, batch_first=True, bidirectional=True)

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """[B, hidden, T] of ``ids`` [B, T], 0 past ``lengths`` [B]."""
        mask = inside(lengths, ids.shape[1])[:, None]
        x = self.embedding(ids).mT * mask
        for layer in self.cnn:
            x = layer(x) * mask
        return recur(self.lstm, x.mT, lengths).mT


class ChannelNorm(nn.Module):
    """Layer norm of [B, C, T] over C."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(channels))
        self.beta = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        return F.layer_norm(x.mT, self.gamma.shape, self.gamma, self.beta, EPSILON).mT
