"""How a text is spoken in a given style: how long each phoneme takes, pitch and energy over time."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own name for it
from torch import Tensor, nn

from polyvox.providers.styletts2.network.adain import AdainResBlk1d, doubled
from polyvox.providers.styletts2.network.padding import inside, recur
from polyvox.providers.styletts2.network.sizes import Sizes

EPSILON = 1e-5


class ProsodyPredictor(nn.Module):
    """``F0`` and ``N`` make the curves of pitch and energy of what ``shared`` gives."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.text_encoder = DurationEncoder(sizes)
        self.lstm = _lstm(sizes)
        self.duration_proj = nn.ModuleDict(
            {"linear_layer": nn.Linear(sizes.hidden, sizes.durations)}
        )
        self.shared = _lstm(sizes)
        self.F0, self.N = _curve(sizes), _curve(sizes)
        self.F0_proj = nn.Conv1d(sizes.hidden // 2, 1, 1)
        self.N_proj = nn.Conv1d(sizes.hidden // 2, 1, 1)

    def encode(self, encoded: Tensor, style: Tensor, lengths: Tensor) -> Tensor:
        """[B, T, hidden + style] of a text ``encoded`` [B, hidden, T], to be spoken in the prosodic
        ``style`` [B, style]; what is past ``lengths`` [B] means nothing."""
        styled: Tensor = self.text_encoder(encoded.mT, style, lengths)
        return styled

    def duration_logits(self, styled: Tensor, lengths: Tensor) -> Tensor:
        """[B, T, most frames]: each of them says whether the token lasts that long."""
        logits: Tensor = self.duration_proj["linear_layer"](recur(self.lstm, styled, lengths))
        return logits

    def curves(self, aligned: Tensor, style: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Pitch in Hz and energy, [B, 2K] each, of what ``encode`` gave, per frame: ``aligned``
        [B, hidden + style, K]; ``frames`` [B] is how many of them a row has, 0 past them."""
        shared = recur(self.shared, aligned.mT, frames).mT
        longest = shared.shape[2]
        equal = bool((frames == longest).all())
        mask = None if equal else inside(frames, longest)[:, None].to(shared.dtype)
        kept = inside(2 * frames, 2 * longest)
        f0 = self.F0_proj(_through(self.F0, shared, style, mask)).squeeze(1)
        energy = self.N_proj(_through(self.N, shared, style, mask)).squeeze(1)
        return f0 * kept, energy * kept


class DurationEncoder(nn.Module):
    """LSTMs in turn with layer norms that the style scales and moves; each hears the style again."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.lstms = nn.ModuleList()
        for _ in range(sizes.layers):
            self.lstms.append(_lstm(sizes))
            self.lstms.append(AdaLayerNorm(sizes.style, sizes.hidden))

    def forward(self, x: Tensor, style: Tensor, lengths: Tensor) -> Tensor:
        """[B, T, hidden + style] of ``x`` [B, T, hidden]."""
        repeated = style[:, None].expand(-1, x.shape[1], -1)
        x = torch.cat([x, repeated], dim=2)
        for lstm, norm in zip(self.lstms[::2], self.lstms[1::2], strict=True):
            x = norm(recur(lstm, x, lengths), style)
            x = torch.cat([x, repeated], dim=2)
        return x


class AdaLayerNorm(nn.Module):
    """Layer norm of [B, T, C] over C, then scaled and moved as the style [B, S] says."""

    def __init__(self, style: int, channels: int) -> None:
        super().__init__()
        self.fc = nn.Linear(style, 2 * channels)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale, offset = self.fc(style)[:, None].chunk(2, dim=2)
        return torch.addcmul(offset, F.layer_norm(x, x.shape[-1:], eps=EPSILON), 1 + scale)


def _lstm(sizes: Sizes) -> nn.LSTM:
    return nn.LSTM(
        sizes.hidden + sizes.style, sizes.hidden // 2, batch_first=True, bidirectional=True
    )


def _curve(sizes: Sizes) -> nn.ModuleList:
    hidden, half, style = sizes.hidden, sizes.hidden // 2, sizes.style
    return nn.ModuleList(
        [
            AdainResBlk1d(hidden, hidden, style),
            AdainResBlk1d(hidden, half, style, upsample=True),
            AdainResBlk1d(half, half, style),
        ]
    )


def _through(blocks: nn.ModuleList, x: Tensor, style: Tensor, mask: Tensor | None) -> Tensor:
    """[B, C, 2K] of ``x`` [B, C, K]."""
    for block in blocks:
        x = block(x, style, mask)
        mask = doubled(mask) if block.upsample else mask
    return x
