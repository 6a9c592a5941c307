"""What every measurement is handed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.texts import Texts

SEED = 20_240_517
FEWEST = 2
"""Rounds, however slow the machine."""
QUICK_SHARE = 0.3


@dataclass(slots=True)
class Lab:
    """``home`` is a passing folder for servers and voices. ``quick`` trades precision for time."""

    home: Path
    quick: bool = False
    texts: Texts = field(default_factory=lambda: Texts(SEED))

    def turns(self, rounds: int, seconds: float) -> Iterator[tuple[bool, bool]]:
        """Who goes in each round: (True, False) is ours first, then the base; turned round each
        time, so that neither side always finds the machine as the other left it.

        Ends after ``rounds``, or sooner where another one would not fit into ``seconds``, but
        never before FEWEST. A quick run takes QUICK_SHARE of both.
        """
        share = QUICK_SHARE if self.quick else 1.0
        begun = time.monotonic()
        for number in range(max(FEWEST, round(share * rounds))):
            spent = time.monotonic() - begun
            if number >= FEWEST and spent + spent / number > share * seconds:
                return
            yield (True, False) if number % 2 == 0 else (False, True)
