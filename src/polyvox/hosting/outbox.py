"""Between the one thread of a model that speaks in batches, and the threads of its listeners."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator

from polyvox.domain.audio import AudioChunk
from polyvox.hosting.deadline import Deadline
from polyvox.hosting.engine import Cancelled


class Outbox:
    """What a row has spoken and its listener has not taken yet.

    ``changed`` is shared by all rows of a batch.
    """

    def __init__(self, changed: threading.Condition) -> None:
        self._changed = changed
        self._chunks: deque[AudioChunk] = deque()
        self._ended = False
        self._error: BaseException | None = None
        self._left = threading.Event()
        self.abandoned = False
        self.deadline = Deadline()

    def put(self, chunk: AudioChunk) -> None:
        with self._changed:
            self._chunks.append(chunk)
            self.deadline.extend(chunk)
            self._changed.notify_all()

    def end(self, error: BaseException | None = None) -> None:
        """There is no more; the listener is told the error after what is there already."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify_all()

    def abandon(self) -> None:
        """Nobody listens any more."""
        with self._changed:
            self.abandoned = self._ended = True
            self._chunks.clear()
            self._changed.notify_all()

    def left(self) -> None:
        """The row is out of the batch: nothing works for this listener any more."""
        self._left.set()

    def leave(self) -> None:
        """Abandon, and wait until the row has left; for ever where the decode thread is stuck, which
        is how the host learns of it."""
        self.abandon()
        self._left.wait()

    def take(self) -> AudioChunk | None:
        """The next chunk, waited for; None after the last. Raises what the row failed of."""
        with self._changed:
            while not (self._chunks or self._ended):
                self._changed.wait()
            if self._chunks:
                return self._chunks.popleft()
            if self._error is not None and not self.abandoned:
                raise self._error
            return None

    def listen(self, cancelled: Cancelled) -> Iterator[AudioChunk]:
        """All chunks, for an engine to yield. Whoever stops, or cancels, leaves."""
        cancelled.when(self.abandon)
        try:
            while (chunk := self.take()) is not None:
                yield chunk
        finally:
            self.leave()
