"""From texts to what the decoder speaks: style, durations, pitch and energy, of many texts at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from polyvox.providers.styletts2.network.model import Embedded, Prosody, StyleTTS2
from polyvox.providers.styletts2.network.sampling import DiffusionNoise
from polyvox.providers.styletts2.styles import HALF, Manner, Styles
from polyvox.providers.styletts2.voices import Sample


@dataclass(frozen=True, slots=True)
class Part:
    """A text, or a piece of one that is too long for the model."""

    ids: Sequence[int] = field(repr=False)
    seed: int
    """Of its noise."""
    style_name: str | None = None
    """By which its style is remembered."""
    spoken: bool = True
    """If not, only its style counts, for the parts after it."""


@dataclass(frozen=True, slots=True)
class Order:
    """Parts to be spoken one after another, each in a style that the one before has a share in."""

    parts: Sequence[Part]
    samples: Sequence[Sample]
    manner: Manner
    previous: Tensor | None = None
    """The style [256] before the first part; None where there is none."""
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """What the decoder makes the audio of a part from; all of one row."""

    features: Tensor
    f0: Tensor
    energy: Tensor
    timbre: Tensor
    frames: int
    seed: int


@dataclass(slots=True)
class _Reading:
    """One order on its way through the stages."""

    order: Order
    reference: Tensor | None
    previous: Tensor | None
    lines: list[Line] = field(default_factory=list)


_Rows = Sequence[tuple[_Reading, Part]]


@dataclass(eq=False, repr=False)
class Reader:
    """The stages before the decoder, for at most ``size`` rows at once."""

    model: StyleTTS2
    device: torch.device
    styles: Styles
    size: int

    def read(self, orders: Sequence[tuple[Order, Tensor | None]]) -> list[list[Line]]:
        """The lines of each order, which comes with the style [256] of its samples. What rows share a
        batch changes nothing but the last bits."""
        readings = [_Reading(order, style, order.previous) for order, style in orders]
        rows = [(reading, part) for reading in readings for part in reading.order.parts]
        for begin in range(0, len(rows), self.size):
            self._read(rows[begin : begin + self.size])
        return [reading.lines for reading in readings]

    def _read(self, rows: _Rows) -> None:
        ids = [torch.tensor(part.ids, device=self.device) for _, part in rows]
        lengths = torch.tensor([len(row) for row in ids], device=self.device)
        embedded = self.model.embed(pad_sequence(ids, batch_first=True), lengths)
        styles = self._mixed(rows, self._diffused(rows, embedded))
        spoken = [place for place, (_, part) in enumerate(rows) if part.spoken]
        if not spoken:
            return
        speeds = styles.new_tensor([rows[place][0].order.speed for place in spoken])
        prosody = self.model.predict(_chosen(embedded, spoken), styles[spoken, HALF:], speeds)
        for row, (place, frames) in enumerate(zip(spoken, prosody.frames.tolist(), strict=True)):
            reading, part = rows[place]
            reading.lines.append(_line(prosody, row, frames, styles[place], part.seed))

    def _diffused(self, rows: _Rows, embedded: Embedded) -> dict[int, Tensor]:
        """Styles [256] that fit the texts, by the row's place; of rows that ask for such only."""
        alike: dict[tuple[int, float], list[int]] = {}
        for place, (reading, _) in enumerate(rows):
            manner = reading.order.manner
            if reading.reference is None or manner.follows_text:
                key = manner.diffusion_steps, manner.embedding_scale
                alike.setdefault(key, []).append(place)
        found: dict[int, Tensor] = {}
        for (steps, scale), places in alike.items():
            references = [rows[place][0].reference for place in places]
            told = [reference for reference in references if reference is not None]
            noise = self._noise([rows[place][1].seed for place in places], steps)
            styles = self.model.diffuse(
                _chosen(embedded, places), torch.stack(told) if told else None, steps, scale, noise
            )
            found.update(zip(places, styles, strict=True))
        return found

    def _mixed(self, rows: _Rows, diffused: dict[int, Tensor]) -> Tensor:
        """[B, 256], each remembered, and handed on to the order's next part."""
        mixed = []
        for place, (reading, part) in enumerate(rows):
            style = reading.reference
            if place in diffused:
                manner = reading.order.manner
                style = manner.mix(diffused[place], reading.previous, reading.reference)
                reading.previous = style
            assert style is not None  # noqa: S101 - without a reference all are diffused
            if part.style_name is not None:
                self.styles.put(part.style_name, style)
            mixed.append(style)
        return torch.stack(mixed)

    def _noise(self, seeds: Sequence[int], steps: int) -> DiffusionNoise:
        """Drawn on the CPU and row by row, so that a seed gives the same anywhere, in any company."""
        drawn = [torch.randn(steps, 1, 256, generator=_generator(seed)) for seed in seeds]
        noise = torch.stack(drawn, dim=1).to(self.device)
        return DiffusionNoise(noise[0], noise[1:])


def _chosen(embedded: Embedded, places: Sequence[int]) -> Embedded:
    return Embedded(
        text=embedded.text[places],
        bert=embedded.bert[places],
        encoded=embedded.encoded[places],
        lengths=embedded.lengths[places],
    )


def _line(prosody: Prosody, row: int, frames: int, style: Tensor, seed: int) -> Line:
    one = slice(row, row + 1)
    return Line(
        features=prosody.features[one, :, :frames],
        f0=prosody.f0[one, : 2 * frames],
        energy=prosody.energy[one, : 2 * frames],
        timbre=style[None, :HALF],
        frames=frames,
        seed=seed,
    )


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
