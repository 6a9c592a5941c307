"""A recording as a picture: what there is to draw of each stretch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def peaks(samples: Floats, points: int) -> tuple[Floats, Floats]:
    """The lowest and the highest value, of all channels, of each of ``points`` stretches of equal
    length of ``samples`` [channels, n]: two arrays [points].

    A recording of fewer samples than points repeats them; one without any is a flat line.
    """
    if not samples.size:
        return np.zeros(points, np.float32), np.zeros(points, np.float32)
    starts = np.arange(points) * samples.shape[1] // points
    low = np.minimum.reduceat(samples.min(axis=0), starts)
    high = np.maximum.reduceat(samples.max(axis=0), starts)
    return low, high
