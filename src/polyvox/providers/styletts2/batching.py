"""One thread for the model: texts that wait go through its first stages together, then each is spoken."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from polyvox.domain.audio import SAMPLE_BYTES, AudioChunk
from polyvox.errors import Unavailable
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
        return bool(self.lines) and not (self.outbox.full or self.outbox.abandoned)


class Batch:
    """Speaks what is submitted, the earliest first.

    The first stages are cheap, and cheaper together: whoever came while others were spoken is read
    with all who came. The decoder's work is the same for rows together as for one after another, so
    it makes one at a time, and the first listener hears at once.
    """

    def __init__(self, voices: Voices, reader: Reader, speaker: Speaker, size: int) -> None:
        self._voices, self._reader, self._speaker, self._size = voices, reader, speaker, size
        self._changed = threading.Condition()
        self._speaking: list[Speaking] = []
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="styletts2", daemon=True)
        self.readings = 0
        """Times that orders were read, any number together."""

    def __len__(self) -> int:
        """Orders under way."""
        with self._changed:
            return len(self._speaking)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Let the thread end, and wait for it; whoever still listens is told."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def submit(self, order: Order) -> Outbox:
        """Audio of ``order`` from now on; ``abandon`` it to leave. Raises Unavailable once closed."""
        with self._changed:
            if self._closed:
                raise Unavailable("The engine was stopped.")
            outbox = Outbox(self._changed)
            self._speaking.append(Speaking(order, outbox))
            self._changed.notify_all()
        return outbox

    @torch.inference_mode()
    def _work(self) -> None:
        while (under_way := self._next()) is not None:
            for speaking in under_way:
                if speaking.outbox.abandoned:
                    self._remove(speaking)
            due = next((each for each in under_way if each.due), None)
            if due is not None:
                self._speak(due)
            else:
                self._read([each for each in under_way if each.waits][: self._size])
        self._fail(self._speaking, Unavailable("The engine was stopped."))

    def _next(self) -> list[Speaking] | None:
        """All that is under way, once there is something to do; None when closed."""
        with self._changed:
            while not self._closed:
                if any(s.outbox.abandoned or s.waits or s.due for s in self._speaking):
                    return list(self._speaking)
                self._changed.wait()
            return None

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
                self._remove(speaking)
                speaking.outbox.end()

    @contextmanager
    def _for(self, listeners: Sequence[Speaking]) -> Iterator[None]:
        """Work for them: what fails is told to all of them, and without any left it stops."""

        def abandoned() -> bool:
            return self._closed or all(each.outbox.abandoned for each in listeners)

        try:
            with Abandonable(abandoned):
                yield
        except Abandoned:
            return  # who left is removed, and who stays when all is closed is told, by the thread
        except Exception as error:  # noqa: BLE001 - the others go on
            self._fail(listeners, error)

    def _fail(self, listeners: Sequence[Speaking], error: Exception) -> None:
        for speaking in listeners:
            self._remove(speaking)
            speaking.outbox.end(error)

    def _remove(self, speaking: Speaking) -> None:
        with self._changed:
            self._speaking = [each for each in self._speaking if each is not speaking]
        speaking.outbox.left()
