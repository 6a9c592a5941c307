"""How long to wait before another child is started, when one after the other has died."""

from __future__ import annotations

from collections.abc import Callable


class Backoff:
    """``clock`` gives seconds that only grow. Waits start at ``first_s``, double, end at ``longest_s``."""

    def __init__(
        self, clock: Callable[[], float], *, first_s: float = 1.0, longest_s: float = 60.0
    ) -> None:
        self._clock = clock
        self._first_s = first_s
        self._longest_s = longest_s
        self._until = clock()
        self.failures = 0
        """In a row."""

    @property
    def left_s(self) -> float:
        return max(0.0, self._until - self._clock())

    def failed(self, *, pardoned: int = 0) -> None:
        """One more; the first ``pardoned`` of a row cost no wait."""
        self.failures += 1
        doublings = self.failures - pardoned - 1
        if doublings >= 0:
            wait = self._first_s * 2 ** min(doublings, 32)
            self._until = self._clock() + min(wait, self._longest_s)

    def succeeded(self) -> None:
        self.failures = 0
