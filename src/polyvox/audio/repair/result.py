"""What an engine wants to hear, and what was done to a recording for it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Target:
    """``rate`` in Hz; from ``min_s`` to ``max_s`` seconds, ``best_s`` the best; ``loudness`` in
    LUFS: that of EBU R 128, which leaves speech its peaks."""

    rate: int
    min_s: float
    max_s: float
    best_s: float
    loudness: float = -23.0


@dataclass(frozen=True, slots=True)
class Repair:
    """One change: ``what`` in a word, ``amount`` of it in ``unit``, and a sentence for people."""

    what: str
    amount: float
    unit: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """``samples`` [n] at the target's rate, and all changes in the order in which they were made."""

    samples: Floats = field(repr=False)
    done: tuple[Repair, ...]
