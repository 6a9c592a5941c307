"""What every measurement is handed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.texts import Texts

SEED = 20_240_517


@dataclass(slots=True)
class Lab:
    """``home`` is a passing folder for servers and voices. ``quick`` trades precision for time."""

    home: Path
    quick: bool = False
    texts: Texts = field(default_factory=lambda: Texts(SEED))

    def rounds(self, count: int, quick: int = 2) -> int:
        return quick if self.quick else count


def turns(rounds: int) -> Iterator[tuple[bool, bool]]:
    """Who goes in each round: (True, False) is ours first, then the base; turned round each time,
    so that neither side always finds the machine as the other left it."""
    for number in range(rounds):
        yield (True, False) if number % 2 == 0 else (False, True)
