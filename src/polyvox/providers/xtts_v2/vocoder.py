"""Latents of the GPT to samples, in windows whose joins cannot be told from the whole.

Every window is decoded with as many frames to either side as a sample depends on, and only the
samples of the window are kept: the same ones as of the whole, to the last bits of the type used
(1e-5 of full scale in fp32, 3e-2 in bf16), at a cost that grows with the length alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils import parametrize

from polyvox.hosting.channels_last import lay_channels_last

CONTEXT = 13
"""Frames to either side that a sample depends on, by the kernels and dilations of every layer."""
WINDOWS = (17, 32, 64, 96)
"""Frames (10.7 ms) per window, the last for all further ones. The first can be heard after 8 tokens;
each window's context is work done again, so they grow. Few lengths, as each new one costs the
convolutions a third of a window to prepare for."""
FIRST_TOKENS = 8
"""Latents after which the first window is due at speed 1."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Linear interpolation as ``F.interpolate(scale_factor=scale)`` does it, of any part alone."""

    scale: float

    def total(self, count: int) -> int:
        return int(count * self.scale)

    def settled(self, count: int) -> int:
        """Results that stay as they are when more than ``count`` items follow."""
        return max(0, int((count - 0.5) * self.scale - 0.5))

    def places(self, low: int, high: int) -> tuple[Tensor, Tensor]:
        """Of the results from ``low`` to ``high``: the item before each, and the share of the next."""
        step = torch.tensor(1.0 / self.scale, dtype=torch.float32)
        at = ((torch.arange(low, high, dtype=torch.float32) + 0.5) * step - 0.5).clamp_min(0)
        first = at.long()
        return first, at - first


class Vocoder:
    """coqui's ``HifiDecoder``, changed in place: weight norm folded into the weights, ``dtype``."""

    def __init__(self, decoder: Any, dtype: torch.dtype) -> None:
        self._generator = decoder.waveform_decoder.eval()
        self._dtype = dtype
        self.sample_rate = int(decoder.output_sample_rate)
        self.hop = int(decoder.output_hop_length)
        self.stretches = (
            Stretch(decoder.ar_mel_length_compression / decoder.output_hop_length),
            Stretch(decoder.output_sample_rate / decoder.input_sample_rate),
        )
        for module in self._generator.modules():
            if parametrize.is_parametrized(module, "weight"):
                parametrize.remove_parametrizations(module, "weight")
        self._generator.to(dtype)
        if next(self._generator.parameters()).device.type == "cpu":
            lay_channels_last(self._generator)
        self._finish_in_fp32()

    def _finish_in_fp32(self) -> None:
        """The last layer gives the samples themselves: in bf16 they would have eight bits."""
        last = self._generator.conv_post.float()
        last.register_forward_pre_hook(lambda _, inputs: (inputs[0].float(),))

    def stream(self, speaker: Tensor, speed: float = 1.0) -> Stream:
        """``speaker`` [1, 512, 1]."""
        return Stream(self, speaker, speed)

    @torch.inference_mode()
    def samples(self, frames: Tensor, speaker: Tensor) -> Tensor:
        """fp32 [n × hop] in −1 … 1 of ``frames`` [n, channels]."""
        place = next(self._generator.parameters()).device
        x = frames.t()[None].to(place, self._dtype)
        wave: Tensor = self._generator(x, g=speaker.to(place, self._dtype))
        return wave.reshape(-1).float()


class Stream:
    """One text's latents in, its samples out, a window at a time."""

    def __init__(self, vocoder: Vocoder, speaker: Tensor, speed: float) -> None:
        self._vocoder = vocoder
        self._speaker = speaker
        scale = 1.0 / max(speed, 0.05)
        pace = () if scale == 1.0 else (Stretch(scale),)
        self._stretches = (*pace, *vocoder.stretches)
        self._latents: list[Tensor] = []
        self._ended = False
        self._taken, self._windows = 0, 0

    def add(self, latent: Tensor) -> None:
        """``latent`` [channels], fp32."""
        self._latents.append(latent)

    def end(self) -> None:
        """There will be no more."""
        self._ended = True

    @property
    def due(self) -> bool:
        """Whether ``take`` has something to give."""
        return self._next() > self._taken

    @torch.inference_mode()
    def take(self) -> Tensor:
        """The samples of the next window, fp32 in −1 … 1; none where nothing is due. Blocks."""
        upto = self._next()
        low = max(0, self._taken - CONTEXT)
        high = min(self._count(len(self._stretches)), upto + CONTEXT)
        if upto == self._taken:
            return torch.empty(0)
        wave = self._vocoder.samples(self._frames(low, high), self._speaker)
        hop = self._vocoder.hop
        window = wave[(self._taken - low) * hop : (upto - low) * hop]
        self._taken, self._windows = upto, self._windows + 1
        return window

    def _next(self) -> int:
        """The frame that the next window goes up to."""
        window = WINDOWS[min(self._windows, len(WINDOWS) - 1)]
        there = self._count(len(self._stretches))
        if self._ended:
            # What is left goes with the last window, where it would not fill half of another.
            rest = there - self._taken
            return there if rest < window + WINDOWS[-1] // 2 else self._taken + window
        return self._taken + (window if self._taken + window + CONTEXT <= there else 0)

    def _count(self, stage: int) -> int:
        """Results of the first ``stage`` stretches that are final."""
        count = len(self._latents)
        for stretch in self._stretches[:stage]:
            count = stretch.total(count) if self._ended else stretch.settled(count)
        return count

    def _frames(self, low: int, high: int, stage: int | None = None) -> Tensor:
        """[high − low, channels] after ``stage`` stretches, all of them by default."""
        stage = len(self._stretches) if stage is None else stage
        if stage == 0:
            return torch.stack(self._latents[low:high])
        first, share = self._stretches[stage - 1].places(low, high)
        second = (first + 1).clamp_max(self._count(stage - 1) - 1)
        begin = int(first[0])
        source = self._frames(begin, int(second[-1]) + 1, stage - 1)
        place = source.device
        share = share[:, None].to(place)
        return torch.lerp(
            source[(first - begin).to(place)], source[(second - begin).to(place)], share
        )


def pcm(samples: Tensor) -> bytes:
    """16-bit little-endian of samples in −1 … 1."""
    whole = (samples.clamp(-1.0, 1.0) * 32_767.0).round().to(torch.int16)
    return whole.cpu().numpy().astype("<i2", copy=False).tobytes()
