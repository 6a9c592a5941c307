"""The word from a listener who left to the engine that still works for them."""

from __future__ import annotations

import threading
from collections.abc import Callable


class CancelToken:
    """Set once, from any thread; what engines are handed as ``Cancelled``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._stops: list[Callable[[], None]] = []

    def __call__(self) -> bool:
        return self._cancelled

    def when(self, stop: Callable[[], None]) -> None:
        """Have ``stop`` called on cancellation, by the thread that cancels; now if it is past."""
        with self._lock:
            if not self._cancelled:
                self._stops.append(stop)
                return
        stop()

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            stops, self._stops = self._stops, []
        for stop in stops:
            stop()
