"""The network that finds styles for a text, and how it is asked.

It takes noise out of a style. Its parts are as the checkpoint names them; ``sampling`` says how a
style comes of pure noise by asking it again and again.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own name for it
from torch import Tensor, nn

from polyvox.providers.styletts2.network.padding import inside
from polyvox.providers.styletts2.network.prosody import AdaLayerNorm
from polyvox.providers.styletts2.network.sizes import DiffusionSizes


class StyleTransformer(nn.Module):
    """Attention over the text, each token with the noisy style beside it; the mean is the answer.

    Multi-speaker checkpoints are told of a reference too, which also steers the norms.
    """

    def __init__(self, sizes: DiffusionSizes) -> None:
        super().__init__()
        wide = sizes.style + sizes.text
        self.multispeaker = sizes.multispeaker
        self.sigma_data = sizes.sigma_data
        self.blocks = nn.ModuleList(Block(sizes) for _ in range(sizes.blocks))
        self.to_out = nn.Sequential(nn.Identity(), nn.Conv1d(wide, sizes.style, 1))
        self.to_mapping = nn.Sequential(
            nn.Linear(wide, wide), nn.GELU(), nn.Linear(wide, wide), nn.GELU()
        )
        to_time = nn.Sequential(Fourier(sizes.style // 2), nn.Linear(sizes.style + 1, wide))
        self.to_time = nn.Sequential(to_time, nn.GELU())
        if sizes.multispeaker:
            self.to_features = nn.Sequential(nn.Linear(sizes.style, wide), nn.GELU())
        self.fixed_embedding = nn.ModuleDict(
            {"embedding": nn.Embedding(sizes.positions, sizes.text)}
        )

    def denoised(
        self, style: Tensor, sigma: float, text: Tensor, lengths: Tensor, reference: Tensor | None
    ) -> Tensor:
        """``style`` [B, 256] with noise of deviation ``sigma``, without it, as the network sees it.

        What goes in and out is scaled as Karras et al. 2022 do it (table 1, EDM). ``text`` [B, T, C]
        with ``lengths`` [B]; ``reference`` [B, 256] for multi-speaker checkpoints.
        """
        total = math.hypot(sigma, self.sigma_data)
        keep = self.sigma_data**2 / total**2
        amount = sigma * self.sigma_data / total
        answer: Tensor = self(style / total, math.log(sigma) / 4, text, lengths, reference)
        return keep * style + amount * answer

    def forward(
        self, style: Tensor, time: float, text: Tensor, lengths: Tensor, reference: Tensor | None
    ) -> Tensor:
        """[B, 256]; ``time`` says how much noise there is."""
        mapping = self._mapping(style.new_full((len(style), 1), time), reference)[:, None]
        mask = inside(lengths, text.shape[1])
        x = torch.cat([style[:, None].expand(-1, text.shape[1], -1), text], dim=2)
        for block in self.blocks:
            x = block(x + mapping, reference, mask)
        mean = (x * mask[..., None]).sum(dim=1) / lengths[:, None]
        answer: Tensor = self.to_out(mean[..., None])
        return answer.squeeze(2)

    def no_text(self, text: Tensor) -> Tensor:
        """What stood for ``text`` [B, T, C] where the training left it out."""
        positions = torch.arange(text.shape[1], device=text.device)
        embedded: Tensor = self.fixed_embedding["embedding"](positions)
        return embedded.expand_as(text)

    def _mapping(self, time: Tensor, reference: Tensor | None) -> Tensor:
        """[B, 256 + C], added before each block."""
        told = self.to_time(time)
        if self.multispeaker:
            told = told + self.to_features(reference)
        mapping: Tensor = self.to_mapping(told)
        return mapping


class Block(nn.Module):
    def __init__(self, sizes: DiffusionSizes) -> None:
        super().__init__()
        wide = sizes.style + sizes.text
        self.attention = StyleAttention(sizes)
        self.feed_forward = nn.Sequential(
            nn.Linear(wide, sizes.middle), nn.GELU(), nn.Linear(sizes.middle, wide)
        )

    def forward(self, x: Tensor, reference: Tensor | None, mask: Tensor) -> Tensor:
        """[B, T, 256 + C] of as many; ``mask`` [B, T] is True where there is text."""
        x = x + self.attention(x, reference, mask)
        forward: Tensor = self.feed_forward(x)
        return x + forward


class StyleAttention(nn.Module):
    """Attention of the tokens to one another. Queries, and keys with values, have norms of their
    own, which the reference steers in multi-speaker checkpoints."""

    def __init__(self, sizes: DiffusionSizes) -> None:
        super().__init__()
        wide, attended = sizes.style + sizes.text, sizes.attended
        self._heads = sizes.heads
        self.norm, self.norm_context = _norm(sizes), _norm(sizes)
        self.to_q = nn.Linear(wide, attended, bias=False)
        self.to_kv = nn.Linear(wide, 2 * attended, bias=False)
        self.attention = nn.ModuleDict({"to_out": nn.Linear(attended, wide)})

    def forward(self, x: Tensor, reference: Tensor | None, mask: Tensor) -> Tensor:
        steer = () if reference is None else (reference,)
        key, value = self.to_kv(self.norm_context(x, *steer)).chunk(2, dim=2)
        heard = F.scaled_dot_product_attention(
            self._split(self.to_q(self.norm(x, *steer))),
            self._split(key),
            self._split(value),
            attn_mask=mask[:, None, None],
        )
        out: Tensor = self.attention["to_out"](heard.transpose(1, 2).flatten(2))
        return out

    def _split(self, x: Tensor) -> Tensor:
        """[B, heads, T, C / heads] of ``x`` [B, T, C]."""
        return x.reshape(*x.shape[:2], self._heads, -1).transpose(1, 2)


class Fourier(nn.Module):
    """[B, 1] beside its sines and cosines at learnt frequencies."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.zeros(count))

    def forward(self, x: Tensor) -> Tensor:
        angles = x * self.weights * (2 * math.pi)
        return torch.cat([x, angles.sin(), angles.cos()], dim=1)


def _norm(sizes: DiffusionSizes) -> nn.Module:
    wide = sizes.style + sizes.text
    return AdaLayerNorm(sizes.style, wide) if sizes.multispeaker else nn.LayerNorm(wide)
