"""The one thread of a model that speaks in batches: its life, and the rows it works for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from polyvox.errors import Unavailable
from polyvox.hosting.outbox import Outbox


class Row(Protocol):
    """One order under way."""

    @property
    def outbox(self) -> Outbox: ...


RowT = TypeVar("RowT", bound=Row)


class ModelThread(Generic[RowT]):
    """Calls ``work`` with the rows under way, the earliest first, again and again while there are any.

    What is done for whom is up to ``work``: it gives audio to a row's outbox, says by :meth:`end`
    who is over, and by :meth:`telling` who has to do with what fails; what it raises itself is told
    to all. Whoever has abandoned their outbox is taken out before it is called. ``release`` frees
    what a row holds of the model, before its listener may go. Both run on this thread alone.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[Sequence[RowT]], None],
        release: Callable[[RowT], None] = lambda _: None,
    ) -> None:
        self._work, self._release = work, release
        self._changed = threading.Condition()
        self._rows: list[RowT] = []
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def under_way(self) -> int:
        """Rows that were added and are not out yet."""
        with self._changed:
            return len(self._rows)

    @property
    def closed(self) -> bool:
        return self._closed

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Let the thread end, and wait for it; whoever still listens gets Unavailable."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def outbox(self) -> Outbox:
        """For a row to be made with."""
        return Outbox(self._changed)

    def add(self, row: RowT) -> None:
        """Work for it from now on. Its outbox is one of :meth:`outbox`; abandoning that takes the
        row out. Raises Unavailable once closed."""
        with self._changed:
            if self._closed:
                raise _stopped()
            self._rows.append(row)
            self._changed.notify_all()

    def end(self, row: RowT, error: Exception | None = None) -> None:
        """Take it out; its listener is told ``error`` after what was spoken. Nothing, if it is out."""
        with self._changed:
            others = [other for other in self._rows if other is not row]
            if len(others) == len(self._rows):
                return
            self._rows = others
        self._release(row)
        row.outbox.left()
        row.outbox.end(error)

    @contextmanager
    def telling(self, rows: Sequence[RowT]) -> Iterator[None]:
        """What is raised inside ends ``rows`` and is told to their listeners; the others go on."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is, the listeners must hear of it
            for row in rows:
                self.end(row, error)

    def _run(self) -> None:
        while (rows := self._next()) is not None:
            staying = []
            for row in rows:
                if row.outbox.abandoned:
                    self.end(row)
                else:
                    staying.append(row)
            if staying:
                with self.telling(staying):
                    self._work(staying)
        for row in self._rows:
            self.end(row, _stopped())

    def _next(self) -> list[RowT] | None:
        """All that are under way, once there are any; None when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._rows or self._closed)
            return None if self._closed else list(self._rows)


def _stopped() -> Unavailable:
    return Unavailable("The engine was stopped.")
