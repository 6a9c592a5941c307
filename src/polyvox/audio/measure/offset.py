"""Direct current: how far from zero the microphone rests."""

from __future__ import annotations

from typing import Final

import numpy as np

from polyvox.audio.measure.grading import Rule, Scale
from polyvox.audio.measure.take import Take

RULE: Final = Rule(
    name="dc_offset",
    unit="%",
    threshold="below 0.5 % of full scale",
    scale=Scale(full=0.1, good=0.5, bad=2.0, zero=20.0),
    weight=0.25,
    well="The recording rests at zero.",
    advice="The recording does not rest at zero; it is brought there in preparation. Another sound card or cable would not need it.",
)


def figure(take: Take) -> float:
    """The largest mean of a channel, in percent of full scale."""
    return 100 * float(np.abs(take.recording.samples.mean(axis=1, dtype=np.float64)).max())
