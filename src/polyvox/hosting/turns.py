"""Whose turn it is: jobs share a few threads, one chunk at a time.

A job that holds a thread from its first chunk to its last makes everybody behind it wait for
the whole segment. So a thread takes one chunk of a job and then asks again. Who runs dry first goes
first (earliest deadline): a new listener hears something before others get audio that they do not
need yet, and nobody starves, since a new one never comes before those who are dry already.

A job is one segment, and is made to its end however slowly somebody listens: the cache, which asks
for it, takes all audio as it comes, and ends a job that does not find its end
(``cache.MAX_SEGMENT_MS``).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator

from polyvox.domain.audio import AudioChunk
from polyvox.errors import Crashed, Interrupted, PolyvoxError, Unavailable
from polyvox.hosting.cancel import CancelToken
from polyvox.hosting.deadline import Deadline


class Turn:
    """One job: its iterator of audio, what it has made, and how it ended."""

    def __init__(
        self,
        name: str,
        begin: Callable[[CancelToken], Iterator[AudioChunk]],
        wake: Callable[[], None],
    ) -> None:
        self.cancelled = CancelToken()
        self.chunks: deque[AudioChunk] = deque()
        self.made_ms = 0.0
        self.deadline = Deadline()
        self.running = False
        self.ended = False
        self.error: PolyvoxError | None = None
        self.wake = wake
        self._name = name
        self._begin = begin
        self._audio: Iterator[AudioChunk] | None = None

    @property
    def rank(self) -> tuple[bool, float]:
        """Lowest first: what only has to be cleared away, then whose listener runs dry first."""
        return not self.cancelled(), self.deadline.dry_at

    def step(self) -> AudioChunk | PolyvoxError | None:
        """Make the next chunk; None at the end, an error where it failed. Blocks."""
        try:
            if self.cancelled():
                self._close()
                return None
            if self._audio is None:
                self._audio = self._begin(self.cancelled)
            return next(self._audio, None)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the listener must hear of it
            return self._told(error)

    def _close(self) -> None:
        """An iterator stopped half way gives back what it holds."""
        close = getattr(self._audio, "close", None)
        if close is not None:
            close()

    def _told(self, error: BaseException) -> PolyvoxError:
        """The error as the listener gets it: after the first audio, always an Interrupted."""
        if isinstance(error, PolyvoxError) and (not self.made_ms or isinstance(error, Interrupted)):
            return error
        kind = error.message if isinstance(error, PolyvoxError) else f"{type(error).__name__}."
        told: PolyvoxError
        if self.made_ms:
            told = Interrupted(f"{self._name} stopped speaking: {kind}", sent_ms=self.made_ms)
        else:
            told = Crashed(f"{self._name} failed: {kind}")
        told.__cause__ = error
        return told

    def drop(self) -> None:
        """Nobody waits for it any more. Called by any thread."""
        self.cancelled.cancel()
        self.chunks.clear()

    def end(self, error: PolyvoxError | None = None) -> None:
        self.ended, self.error = True, error
        self._audio = None
        self.wake()


class Turns:
    """The jobs under way. ``work`` is what each thread runs; all else may be called from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._turns: list[Turn] = []
        self._closed = False

    def __len__(self) -> int:
        """Jobs that somebody waits for."""
        with self._changed:
            return sum(not turn.cancelled() for turn in self._turns)

    def add(self, turn: Turn) -> None:
        """Raises Unavailable once closed."""
        with self._changed:
            if self._closed:
                raise Unavailable("The engine is not running.")
            self._turns.append(turn)
            self._changed.notify()

    def close(self) -> None:
        """Cancel all; the threads end once every job has been cleared away."""
        with self._changed:
            self._closed = True
            turns = list(self._turns)
        for turn in turns:
            turn.cancelled.cancel()
        with self._changed:
            self._changed.notify_all()

    def work(self) -> None:
        """Take turns until closed and nothing is left to clear away."""
        while (turn := self._next()) is not None:
            made = turn.step()
            with self._changed:
                self._settle(turn, made)

    def _next(self) -> Turn | None:
        with self._changed:
            while True:
                ready = [t for t in self._turns if not t.running]
                if ready:
                    turn = min(ready, key=lambda t: t.rank)
                    turn.running = True
                    return turn
                if self._closed and not self._turns:
                    return None
                self._changed.wait()

    def _settle(self, turn: Turn, made: AudioChunk | PolyvoxError | None) -> None:
        turn.running = False
        if isinstance(made, AudioChunk) and not turn.cancelled():
            turn.deadline.extend(made)
            turn.chunks.append(made)
            turn.made_ms += made.duration_ms
            turn.wake()
        elif not isinstance(made, AudioChunk):
            self._turns.remove(turn)
            turn.end(self._reason(turn, made))
            if self._closed:
                self._changed.notify_all()  # the last one out lets the other threads go

    def _reason(self, turn: Turn, made: PolyvoxError | None) -> PolyvoxError | None:
        """A job cut short by ``close`` says so; a listener still waits for it."""
        if not (turn.cancelled() and self._closed):
            return made
        said = "The engine was stopped."
        return Interrupted(said, sent_ms=turn.made_ms) if turn.made_ms else Unavailable(said)
