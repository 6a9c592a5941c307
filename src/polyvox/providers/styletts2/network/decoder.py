"""Samples from the text's features, pitch, energy and the voice's timbre."""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor, nn

from polyvox.providers.styletts2.network.adain import AdainResBlk1d
from polyvox.providers.styletts2.network.hifigan import HiFiGAN
from polyvox.providers.styletts2.network.istftnet import ISTFTNet
from polyvox.providers.styletts2.network.sizes import DecoderSizes, VocoderSizes


class Decoder(nn.Module):
    """Blocks that mix text, pitch and energy for the voice, then a vocoder."""

    def __init__(self, sizes: DecoderSizes) -> None:
        super().__init__()
        text, hidden, residual = sizes.text, sizes.width, sizes.residual
        vocoder, style = sizes.vocoder, sizes.style
        self.encode = AdainResBlk1d(text + 2, hidden, style)
        told = hidden + residual + 2
        widths = [hidden] * (sizes.blocks - 1) + [vocoder.channels]
        self.decode = nn.ModuleList(
            AdainResBlk1d(told, width, style, upsample=number == sizes.blocks - 1)
            for number, width in enumerate(widths)
        )
        self.F0_conv = nn.Conv1d(1, 1, 3, stride=2, padding=1)
        self.N_conv = nn.Conv1d(1, 1, 3, stride=2, padding=1)
        self.asr_res = nn.Sequential(nn.Conv1d(text, residual, 1))
        self.generator = _vocoder(vocoder)

    def in_precision(self, dtype: torch.dtype) -> Self:
        """Changed in place: convolutions, most of the work, take and give ``dtype``. fp32 stay those
        of the pitch in Hz, the source's phase, and the layer that gives the samples themselves."""
        kept = {self.F0_conv, self.N_conv, self.generator.conv_post}
        for module in self.modules():
            if isinstance(module, nn.Conv1d | nn.ConvTranspose1d) and module not in kept:
                module.to(dtype)
        return self

    def forward(
        self, asr: Tensor, f0: Tensor, energy: Tensor, timbre: Tensor, noise: Tensor | None = None
    ) -> Tensor:
        """[B, L] in fp32, 600 samples for each of K frames: of ``asr`` [B, C, K], ``f0`` [B, 2K] in
        Hz, ``energy`` [B, 2K] and ``timbre`` [B, S]. ``noise``: see ``HarmonicSource``."""
        source = self.generator.m_source(f0, noise)
        wave: Tensor = self.generator(self.features(asr, f0, energy, timbre), timbre, source)
        return wave

    def features(self, asr: Tensor, f0: Tensor, energy: Tensor, timbre: Tensor) -> Tensor:
        """[B, C, 2K]: what the vocoder is given."""
        asr = asr.to(self.encode.conv1.weight.dtype)
        curves = torch.cat([self.F0_conv(f0[:, None]), self.N_conv(energy[:, None])], dim=1)
        curves = curves.to(asr.dtype)
        x: Tensor = self.encode(torch.cat([asr, curves], dim=1), timbre)
        again = torch.cat([self.asr_res(asr), curves], dim=1)
        for block in self.decode:
            x = block(torch.cat([x, again], dim=1), timbre)
        return x


def _vocoder(sizes: VocoderSizes) -> HiFiGAN | ISTFTNet:
    return HiFiGAN(sizes) if sizes.kind == "hifigan" else ISTFTNet(sizes)
