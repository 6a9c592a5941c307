"""When a listener runs dry: who does so first is served first, by every engine."""

from __future__ import annotations

import time

from polyvox.domain.audio import AudioChunk


class Deadline:
    """Of a listener who plays what there is from the moment it is made: earliest deadline first."""

    def __init__(self) -> None:
        self.dry_at = time.monotonic()
        """Seconds on the monotonic clock; now, for somebody who has just come."""

    def extend(self, chunk: AudioChunk) -> None:
        """``chunk`` has been made for them."""
        self.dry_at = max(self.dry_at, time.monotonic()) + chunk.duration_ms / 1000
