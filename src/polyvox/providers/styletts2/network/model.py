"""StyleTTS 2 (Li et al. 2023), stage by stage. Nothing here is random: noise is an argument.

Rows of a batch are padded, and each gives what it would give alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from polyvox.errors import BadSample
from polyvox.providers.styletts2.network.decoder import Decoder
from polyvox.providers.styletts2.network.diffusion import StyleTransformer
from polyvox.providers.styletts2.network.mel import log_mel, trim
from polyvox.providers.styletts2.network.padding import inside
from polyvox.providers.styletts2.network.plbert import PLBert
from polyvox.providers.styletts2.network.prosody import ProsodyPredictor
from polyvox.providers.styletts2.network.sampling import DiffusionNoise, sample
from polyvox.providers.styletts2.network.sizes import HOP, SAMPLE_RATE, Sizes
from polyvox.providers.styletts2.network.style_encoder import SHORTEST, StyleEncoder
from polyvox.providers.styletts2.network.text_encoder import TextEncoder

SHORTEST_SAMPLE = (SHORTEST - 1) * HOP
"""Samples (0.8 s) of a recording, without the silence at its ends."""
LINGERING = 5
"""Frames (125 ms) that the last token lasts longer with a single-speaker checkpoint, as in the
inference published with it: it was trained to end abruptly."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A text, as each of the other stages reads it; ``lengths`` [B] are in tokens."""

    text: Tensor
    """[B, 512, T], for the decoder."""
    bert: Tensor
    """[B, T, 768], for the diffusion."""
    encoded: Tensor
    """[B, 512, T], for the prosody."""
    lengths: Tensor


@dataclass(frozen=True, slots=True)
class Prosody:
    """A text in time, in frames of 25 ms; all is 0 past ``frames`` [B]."""

    durations: Tensor
    """[B, T], of each token in frames."""
    features: Tensor
    """[B, 512, K]: the text, per frame."""
    f0: Tensor
    """[B, 2K], Hz."""
    energy: Tensor
    """[B, 2K]."""
    frames: Tensor


class StyleTTS2(nn.Module):
    """The networks under their names in a checkpoint, and the stages that they make up."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.bert = PLBert(sizes.bert)
        self.bert_encoder = nn.Linear(sizes.bert.hidden, sizes.hidden)
        self.predictor = ProsodyPredictor(sizes)
        self.decoder = Decoder(sizes.decoder)
        self.text_encoder = TextEncoder(sizes)
        self.predictor_encoder = StyleEncoder(sizes.style_channels, sizes.style)
        self.style_encoder = StyleEncoder(sizes.style_channels, sizes.style)
        self.diffusion = StyleTransformer(sizes.diffusion)

    @property
    def multispeaker(self) -> bool:
        """Whether it speaks as a reference does; if not, it knows its one voice."""
        return self.sizes.diffusion.multispeaker

    @property
    def sample_rate(self) -> int:
        return SAMPLE_RATE

    @property
    def longest_ids(self) -> int:
        """Tokens of the longest text, the first 0 included."""
        return min(self.sizes.bert.positions, self.sizes.diffusion.positions)

    @torch.inference_mode()
    def style(self, wave: Tensor) -> Tensor:
        """[256], timbre and then prosody, of ``wave`` [n] in ±1 at 24 kHz.

        Silence at its ends does not count. Raises BadSample for less than 0.8 s without it.
        """
        wave = wave.to(self.bert_encoder.weight.device)
        voiced = wave[trim(wave)]
        if len(voiced) < SHORTEST_SAMPLE:
            raise BadSample(
                f"The sample is too short: {len(voiced) / SAMPLE_RATE:.1f} s without the silence at "
                f"its ends, at least {SHORTEST_SAMPLE / SAMPLE_RATE:g} s are needed.",
                param="voice_samples",
                remedy="Record 3 to 10 s of speech.",
            )
        mel = log_mel(voiced)[None]
        return torch.cat([self.style_encoder(mel), self.predictor_encoder(mel)], dim=1)[0]

    @torch.inference_mode()
    def embed(self, ids: Tensor, lengths: Tensor) -> Embedded:
        """Of symbols ``ids`` [B, T], padded with any, with ``lengths`` [B]."""
        bert = self.bert.encode(ids, lengths)
        text = self.text_encoder(ids, lengths)
        return Embedded(text, bert, self.bert_encoder(bert).mT, lengths)

    @torch.inference_mode()
    def diffuse(
        self,
        embedded: Embedded,
        reference: Tensor | None,
        steps: int,
        scale: float,
        noise: DiffusionNoise,
    ) -> Tensor:
        """Styles [B, 256] that fit the texts, near ``reference`` [B, 256] with a multi-speaker
        checkpoint. Each of ``steps`` − 1 steps asks the network twice.

        ``scale`` is that of classifier-free guidance (Ho & Salimans 2022): 1 is the style as the
        text suggests it, more goes further away from what no text suggests, at twice the work.
        """
        network, text, lengths = self.diffusion, embedded.bert, embedded.lengths
        blank = network.no_text(text)

        def denoise(style: Tensor, sigma: float) -> Tensor:
            told = network.denoised(style, sigma, text, lengths, reference)
            if scale == 1.0:
                return told
            # The answers are scaled alike, so that they may be mixed after it.
            return torch.lerp(
                network.denoised(style, sigma, blank, lengths, reference), told, scale
            )

        return sample(denoise, noise, steps)

    @torch.inference_mode()
    def predict(self, embedded: Embedded, prosodic: Tensor, speed: Tensor) -> Prosody:
        """How texts are spoken in the styles ``prosodic`` [B, 128]; ``speed`` [B] of 2 halves the
        durations."""
        lengths, predictor = embedded.lengths, self.predictor
        styled = predictor.encode(embedded.encoded, prosodic, lengths)
        total = predictor.duration_logits(styled, lengths).sigmoid().sum(dim=2)
        durations = self._durations(total / speed[:, None], lengths)
        aligned, features = (
            self._aligned(styled, durations),
            self._aligned(embedded.text.mT, durations),
        )
        frames = durations.sum(dim=1)
        f0, energy = predictor.curves(aligned, prosodic, frames)
        return Prosody(durations, features, f0, energy, frames)

    @torch.inference_mode()
    def decode(
        self, asr: Tensor, f0: Tensor, energy: Tensor, timbre: Tensor, noise: Tensor | None
    ) -> Tensor:
        """Samples [L] in ±1 of one row without padding: ``asr`` [1, 512, K], ``f0`` and ``energy``
        [1, 2K], ``timbre`` [1, 128]; L = 600 K. ``noise`` [1, L, 9] of deviation 1: the breath of
        it; None leaves it out."""
        wave: Tensor = self.decoder(asr, f0, energy, timbre, noise)
        return wave[0]

    def _durations(self, total: Tensor, lengths: Tensor) -> Tensor:
        """Whole frames [B, T], at least one for each token."""
        durations = total.round().clamp_min(1).long()
        if not self.multispeaker:
            last = (lengths - 1)[:, None]
            durations = durations.scatter_add(1, last, torch.full_like(last, LINGERING))
        return durations * inside(lengths, durations.shape[1])

    def _aligned(self, x: Tensor, durations: Tensor) -> Tensor:
        """[B, C, K] of ``x`` [B, T, C]: each token as often as it has frames.

        With HiFi-GAN all are a frame later than that, as the published inference has it.
        """
        rows = [
            row.repeat_interleave(count, dim=0) for row, count in zip(x, durations, strict=True)
        ]
        if self.sizes.decoder.vocoder.kind == "hifigan":
            rows = [torch.cat([row[:1], row[:-1]]) for row in rows]
        return pad_sequence(rows, batch_first=True).mT
