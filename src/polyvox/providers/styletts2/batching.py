"""One thread for the model: texts that wait go through its first stages together, then each is spoken."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import torch
from torch import Tensor

from polyvox.domain.audio import SAMPLE_BYTES, AudioChunk
from polyvox.hosting.model_thread import ModelThread
from polyvox.hosting.outbox import Outbox
from polyvox.providers.styletts2.reading import Line, Order, Reader
from polyvox.providers.styletts2.speaking import Abandonable, Abandoned, Speaker
from polyvox.providers.styletts2.voices import Voices

CHUNK_S = 1.0
"""Of audio that is handed on at once, though a line is made whole."""


class Speaking:
    """One order under way: waiting to be read, then with lines that wait to be spoken."""

    def __init__(self, order: Order, outbox: Outbox) -> None:
        self.order = order
        self.outbox = outbox
        self.lines: deque[Line] | None = None

    @property
    def waits(self) -> bool:
        """To be read."""
        return self.lines is None and not self.outbox.abandoned

    @property
    def due(self) -> bool:
        """Its next line."""
        return bool(self.lines) and not self.outbox.abandoned


class Batch:
    """Speaks what is submitted, the earliest first.

    The first stages are cheap, and cheaper together: whoever came while others were spoken is read
    with all who came. The decoder's work is the same for rows together as for one after another, so
    it makes one at a time, and the first listener hears at once.
    """

    def __init__(self, voices: Voices, reader: Reader, speaker: Speaker, size: int) -> None:
        self._voices, self._reader, self._speaker, self._size = voices, reader, speaker, size
        self.thread = ModelThread[Speaking]("styletts2", self._work)
        self.readings = 0
        """Times that orders were read, any number together."""

    def submit(self, order: Order) -> Outbox:
        """Audio of ``order`` from now on; ``abandon`` it to leave. Raises Unavailable once closed."""
        speaking = Speaking(order, self.thread.outbox())
        self.thread.add(speaking)
        return speaking.outbox

    @torch.inference_mode()
    def _work(self, under_way: Sequence[Speaking]) -> None:
        due = next((each for each in under_way if each.due), None)
        if due is not None:
            self._speak(due)
        else:
            self._read([each for each in under_way if each.waits][: self._size])

    def _read(self, waiting: Sequence[Speaking]) -> None:
        voiced: list[tuple[Speaking, Tensor | None]] = []
        for speaking in waiting:
            with self._for([speaking]):
                voiced.append((speaking, self._voices.style(speaking.order.samples)))
        if not voiced:
            return
        together = [speaking for speaking, _ in voiced]
        with self._for(together):
            read = self._reader.read([(speaking.order, style) for speaking, style in voiced])
            self.readings += 1
            for speaking, lines in zip(together, read, strict=True):
                speaking.lines = deque(lines)

    def _speak(self, speaking: Speaking) -> None:
        assert speaking.lines is not None  # noqa: S101 - it is due
        with self._for([speaking]):
            pcm = self._speaker.speak(speaking.lines.popleft())
            size = SAMPLE_BYTES * round(CHUNK_S * self._speaker.sample_rate)
            for begin in range(0, len(pcm), size):
                chunk = AudioChunk(pcm[begin : begin + size], self._speaker.sample_rate)
                speaking.outbox.put(chunk)
            if not speaking.lines:
                self.thread.end(speaking)

    @contextmanager
    def _for(self, listeners: Sequence[Speaking]) -> Iterator[None]:
        """Work for them: what fails is told to all of them, and without any left it stops."""

        def abandoned() -> bool:
            return self.thread.closed or all(each.outbox.abandoned for each in listeners)

        # Who left is taken out, and who stays when all is closed is told, by the thread.
        with self.thread.telling(listeners), suppress(Abandoned), Abandonable(abandoned):
            yield
