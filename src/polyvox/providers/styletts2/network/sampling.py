"""From pure noise to a style: the ancestral second-order sampler that the checkpoints are used with.

The noise levels are those of Karras et al. 2022 (equation 5). A step goes down by the derivative at
a point half way (DPM-Solver-2, Lu et al. 2022) to a little below the next level, and adds noise up
to it; so more steps make styles more diverse, not only more exact.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

HIGHEST, LOWEST, RHO = 3.0, 1e-4, 9.0
"""Noise levels at both ends, and how they crowd towards the lower one."""
FEWEST_STEPS = 2

Denoise = Callable[[Tensor, float], Tensor]
"""The style [B, 256] without its noise, of which it has the deviation given."""


@dataclass(frozen=True, slots=True)
class DiffusionNoise:
    """Of mean 0 and deviation 1: ``initial`` [B, 1, 256], ``steps`` [steps − 1, B, 1, 256]."""

    initial: Tensor
    steps: Tensor


@dataclass(frozen=True, slots=True)
class Step:
    """Noise levels: from ``high``, with a look at ``middle``, down to ``low``, and ``added`` again."""

    high: float
    middle: float
    low: float
    added: float


def levels(steps: int) -> list[float]:
    """From HIGHEST down to LOWEST. Raises ValueError below FEWEST_STEPS."""
    if steps < FEWEST_STEPS:
        raise ValueError(f"Diffusion takes at least {FEWEST_STEPS} steps.")
    high, low = HIGHEST ** (1 / RHO), LOWEST ** (1 / RHO)
    return [(high + (low - high) * at / (steps - 1)) ** RHO for at in range(steps)]


def ladder(steps: int) -> list[Step]:
    """One fewer than ``steps``: the last level is where it ends."""
    return [_step(*pair) for pair in itertools.pairwise(levels(steps))]


def _step(high: float, following: float) -> Step:
    added = math.sqrt(following**2 * (high**2 - following**2) / high**2)
    low = math.sqrt(following**2 - added**2)
    return Step(high, (high + low) / 2, low, added)


def sample(denoise: Denoise, noise: DiffusionNoise, steps: int) -> Tensor:
    """Styles [B, 256]."""
    x = HIGHEST * noise.initial[:, 0]
    for step, fresh in zip(ladder(steps), noise.steps[:, :, 0], strict=True):
        slope = (x - denoise(x, step.high)) / step.high
        between = x + slope * (step.middle - step.high)
        slope = (between - denoise(between, step.middle)) / step.middle
        x = x + slope * (step.low - step.high) + step.added * fresh
    return x
