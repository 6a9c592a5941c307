"""Items on their way from the one who makes them to those who read them, in one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, MutableSequence
from typing import Generic, TypeVar

T = TypeVar("T")
ErrorT = TypeVar("ErrorT", bound=BaseException)


class Pipe(Generic[T]):
    """Items put in at the end, until the pipe is ended: whole, or by an error.

    Readers wait for the item at a place, each at its own pace; a single one may take out of
    ``items`` what it has read. A pipe has no limit of its own: whoever fills it minds how much it
    may hold. ``items`` is the sequence to fill, by default a list.
    """

    def __init__(self, items: MutableSequence[T] | None = None) -> None:
        self.items: MutableSequence[T] = [] if items is None else items
        self.ended = False
        self.error: BaseException | None = None
        self._changed = asyncio.Event()

    def extend(self, items: Iterable[T]) -> None:
        """Put ``items`` in, after those that were put in before."""
        self.items.extend(items)
        self._wake()

    def end(self, error: BaseException | None = None) -> None:
        """Say that no item follows; ``error`` is what broke them off. Only the first call counts."""
        if not self.ended:
            self.ended, self.error = True, error
            self._wake()

    async def reaches(self, place: int = 0) -> bool:
        """Wait until there is an item at ``place``, or until there never will be one.

        Returns whether it is there. Where an error ended the pipe before it, raises a copy of that
        error, so that each reader has its own.
        """
        while len(self.items) <= place and not self.ended:
            await self._changed.wait()
        if len(self.items) > place:
            return True
        if self.error is not None:
            raise _own_copy(self.error)
        return False

    async def wait_ended(self) -> None:
        """Wait until no item follows. Raises nothing."""
        while not self.ended:
            await self._changed.wait()

    def _wake(self) -> None:
        """Those who wait now look again."""
        self._changed.set()
        self._changed.clear()


def _own_copy(error: ErrorT) -> ErrorT:
    """``error`` for one reader: raised by many, one object would collect all their tracebacks,
    and what one of them notes on it the others would read.

    Made without ``__init__``, whose arguments are not known.
    """
    copy = type(error).__new__(type(error), *error.args)
    copy.args = error.args
    vars(copy).update(vars(error))
    if notes := getattr(error, "__notes__", None):
        copy.__notes__ = list(notes)
    copy.__cause__, copy.__context__ = error.__cause__, error.__context__
    copy.__suppress_context__ = error.__suppress_context__
    return copy.with_traceback(error.__traceback__)
