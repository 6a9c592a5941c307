"""A voice as it runs: whole sentences, or where its graph allows it, in growing windows.

In windows the first audio of a sentence is there after its text part and a third of a second of
flow and decoder, whatever its length. The samples are those of the whole sentence (1e-6 apart).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime

from polyvox.providers.piper.cores import Session, Tensor
from polyvox.providers.piper.graph import Part, Parts

FIRST_WINDOW, GROWTH, WIDEST_WINDOW = 32, 4, 256
"""Frames (11.6 ms at 22 kHz) per decoder window: 32, 128, 256, 256 … Each window's context is work
done twice, so they grow; at 11x real time the next is ready long before the last is heard, and
the widest is about 0.2 s of work."""
FLOW_WINDOW = 512
"""Frames per window of the flow after its first: it is a fifth of the decoder's work."""

Audio = npt.NDArray[np.float32]
"""Samples in about -1 … 1, shape (samples,)."""


class Voice(Protocol):
    """Phoneme ids and scales to audio."""

    def audio(
        self, feeds: Mapping[str, Tensor], options: onnxruntime.RunOptions | None = None
    ) -> Iterator[Audio]: ...


class WholeVoice:
    """A graph that cannot be cut: each sentence at once, handed out in pieces."""

    PIECE = 22_050
    """Samples."""

    def __init__(self, session: Session) -> None:
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
        self._parts = parts
        self._text, self._flow, self._decoder = text, flow, decoder

    def audio(
        self, feeds: Mapping[str, Tensor], options: onnxruntime.RunOptions | None = None
    ) -> Iterator[Audio]:
        carried = self._carried(feeds, options)
        frames = carried[self._parts.flow.inputs[0]].shape[-1]
        latent = _Latent(self._parts, self._flow, carried, options)
        for start, end in windows(frames):
            latent.reach(min(frames, end + self._parts.decoder.context))
            yield _window(self._decoder, self._parts.decoder, latent.tensors, start, end, options)[
                0, 0
            ].reshape(-1)

    def whole(
        self, feeds: Mapping[str, Tensor], options: onnxruntime.RunOptions | None = None
    ) -> tuple[Audio, Audio]:
        """The same sentence decoded at once and in windows, to tell whether they agree."""
        carried = self._carried(feeds, options)
        frames = carried[self._parts.flow.inputs[0]].shape[-1]
        at_once = {**carried}
        at_once[self._parts.decoder.inputs[0]] = _window(
            self._flow, self._parts.flow, carried, 0, frames, options
        )
        samples = _window(self._decoder, self._parts.decoder, at_once, 0, frames, options)
        return samples.reshape(-1), np.concatenate(list(self.audio(feeds, options)))

    def _carried(
        self, feeds: Mapping[str, Tensor], options: onnxruntime.RunOptions | None
    ) -> dict[str, Tensor]:
        made = self._text.run(feeds, options)
        return dict(zip(self._parts.text.outputs, made, strict=True))
