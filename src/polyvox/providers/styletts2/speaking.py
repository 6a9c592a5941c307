"""From a line to its audio: the decoder, which may be stopped at any operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from polyvox.audio.pcm import FULL_SCALE, pcm_of
from polyvox.errors import BadOutput
from polyvox.providers.styletts2.network.model import StyleTTS2
from polyvox.providers.styletts2.network.sizes import HOP
from polyvox.providers.styletts2.reading import Line

FRAME = 2 * HOP
"""Samples (25 ms)."""
TAIL = 50
"""Samples that end with a click: left out, as in the inference published with the checkpoints."""
LONGEST_S = 120.0
"""Of one line. Real speech of so few symbols is over by far, and memory grows with it."""


class Abandoned(Exception):
    """Nobody waits for it any more."""


class Abandonable(TorchFunctionMode):
    """Inside of it every operation of torch raises Abandoned once ``abandoned`` says so.

    All of a row goes through each of the decoder's layers together, for their norms are of the
    whole row: it cannot be made in parts that are any the same. So what is stopped is the row.
    """

    def __init__(self, abandoned: Callable[[], bool]) -> None:
        super().__init__()
        self._abandoned = abandoned

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if self._abandoned():
            raise Abandoned
        return func(*args, **(kwargs or {}))


class Speaker:
    """Speaks lines, one at a time."""

    def __init__(self, model: StyleTTS2, device: torch.device) -> None:
        self._model = model
        self._device = device
        self.sample_rate = model.sample_rate

    def speak(self, line: Line) -> bytes:
        """s16le. Raises BadOutput for what is no audio."""
        if line.frames * FRAME > LONGEST_S * self.sample_rate:
            raise BadOutput("StyleTTS 2 would speak without end.")
        wave = self._model.decode(
            line.features, line.f0, line.energy, line.timbre, self._breath(line)
        )[:-TAIL]
        if not wave.isfinite().all():
            raise BadOutput("StyleTTS 2 gave values that are no sound.")
        return pcm_of(wave.float().cpu().numpy() * FULL_SCALE)

    def _breath(self, line: Line) -> torch.Tensor:
        harmonics = self._model.sizes.decoder.vocoder.harmonics
        # Not the numbers that its style came from.
        generator = torch.Generator(self._device).manual_seed(line.seed ^ 1)
        shape = (1, line.frames * FRAME, harmonics)
        return torch.randn(shape, generator=generator, device=self._device)
