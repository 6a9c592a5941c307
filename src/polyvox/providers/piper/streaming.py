"""A voice as it runs: whole sentences, or where its graph allows it, in growing windows.

In windows the first audio of a sentence is there after its text part and a third of a second of
flow and decoder, whatever its length. The samples are those of the whole sentence (1e-6 apart).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime

from polyvox.providers.piper.cores import Session, Tensor
from polyvox.providers.piper.parts import Part, Parts

FIRST_WINDOW, GROWTH, WIDEST_WINDOW = 32, 2, 256
"""Frames (11.6 ms at 22 kHz) per decoder window: 32, 64, 128, 256, 256 … Each window's context is work
done twice, so they grow; at 11x real time the next is ready long before the last is heard."""
FLOW_WINDOW = 512
"""Frames per window of the flow after its first: it is a fifth of the decoder's work."""

Audio = npt.NDArray[np.float32]
"""Samples in about -1 … 1, shape (samples,)."""


class Voice(Protocol):
    """Phoneme ids and scales to audio. ``inputs`` names what the graph asks for."""

    @property
    def inputs(self) -> tuple[str, ...]: ...

    def audio(
        self, feeds: Mapping[str, Tensor], options: onnxruntime.RunOptions | None = None
    ) -> Iterator[Audio]: ...


class WholeVoice:
    """A graph that cannot be cut: each sentence at once, handed out in pieces."""

    PIECE = 22_050
    """Samples."""

    def __init__(self, session: Session) -> None:
        self.inputs = session.inputs
        self._session = session

    def audio(
        self, feeds: Mapping[str, Tensor], options: onnxruntime.RunOptions | None = None
    ) -> Iterator[Audio]:
        samples = self._session.run(feeds, options)[0].reshape(-1).astype(np.float32)
        for start in range(0, len(samples), self.PIECE):
            yield samples[start : start + self.PIECE]


class WindowedVoice:
    """A graph cut in three; see ``graph``."""

    def __init__(self, parts: Parts, text: Session, flow: Session, decoder: Session) -> None:
        self.inputs = text.inputs
        self._parts = parts
        self._text, self._flow, self._decoder = text, flow, decoder

    def audio(
        self, feeds: Mapping[str, Tensor], options: onnxruntime.RunOptions | None = None
    ) -> Iterator[Audio]:
        frames = self.frames(feeds, options)
        return self.decode(frames, windows(_count(frames, self._parts)), options)

    def frames(
        self, feeds: Mapping[str, Tensor], options: onnxruntime.RunOptions | None = None
    ) -> dict[str, Tensor]:
        """The text part: all that flow and decoder need, by tensor name."""
        made = self._text.run(feeds, options)
        return dict(zip(self._parts.text.outputs, made, strict=True))

    def decode(
        self,
        frames: Mapping[str, Tensor],
        plan: Iterable[tuple[int, int]],
        options: onnxruntime.RunOptions | None = None,
    ) -> Iterator[Audio]:
        """The samples of the windows of ``plan``, which follow on one another."""
        decoder, count = self._parts.decoder, _count(frames, self._parts)
        latent = _Latent(self._parts.flow, self._flow, frames, count)
        for start, end in plan:
            tensors = latent.until(min(count, end + decoder.context), options)
            made = _window(self._decoder, decoder, tensors, (start, end, count), options)
            yield made.reshape(-1).astype(np.float32, copy=False)

    def in_windows_and_at_once(self, feeds: Mapping[str, Tensor]) -> tuple[Audio, Audio]:
        """One sentence decoded both ways, to tell whether they agree."""
        frames = self.frames(feeds)
        count = _count(frames, self._parts)
        by_windows = np.concatenate(list(self.decode(frames, windows(count))))
        return by_windows, np.concatenate(list(self.decode(frames, [(0, count)])))


class _Latent:
    """What the decoder reads, made by the flow as far as it is needed."""

    def __init__(self, part: Part, flow: Session, frames: Mapping[str, Tensor], count: int) -> None:
        self._part, self._flow, self._frames, self._count = part, flow, frames, count
        self._made: list[Tensor] = []
        self._until = 0

    def until(self, end: int, options: onnxruntime.RunOptions | None) -> Mapping[str, Tensor]:
        """All tensors, the latent reaching at least to frame ``end``."""
        while self._until < end:
            wanted = end if not self._made else max(end, self._until + FLOW_WINDOW)
            upto = min(self._count, wanted)
            window = (self._until, upto, self._count)
            self._made.append(_window(self._flow, self._part, self._frames, window, options))
            self._until = upto
        latent = np.concatenate(self._made, axis=-1)
        self._made = [latent]
        return {**self._frames, self._part.outputs[0]: latent}


def windows(frames: int) -> Iterator[tuple[int, int]]:
    """Start and end of each decoder window; a short rest goes with the window before it."""
    start, width = 0, FIRST_WINDOW
    while start < frames:
        end = start + width if frames - start > width * 3 // 2 else frames
        yield start, end
        start, width = end, min(width * GROWTH, WIDEST_WINDOW)


def _count(frames: Mapping[str, Tensor], parts: Parts) -> int:
    count: int = frames[parts.flow.inputs[0]].shape[-1]
    return count


def _window(
    session: Session,
    part: Part,
    tensors: Mapping[str, Tensor],
    window: tuple[int, int, int],
    options: onnxruntime.RunOptions | None,
) -> Tensor:
    """What ``part`` makes of the frames from start to end of count, context cut off again."""
    start, end, count = window
    low, high = max(0, start - part.context), min(count, end + part.context)
    feeds = {
        name: tensors[name][..., low:high]
        if _per_frame(part, name, tensors, count)
        else tensors[name]
        for name in part.inputs
    }
    made = session.run(feeds, options)[0]
    each = made.shape[-1] // (high - low)
    return made[..., (start - low) * each : (end - low) * each]


def _per_frame(part: Part, name: str, tensors: Mapping[str, Tensor], count: int) -> bool:
    """The frames and the mask are; the speaker is one column for all."""
    return name == part.inputs[0] or tensors[name].shape[-1] == count
