"""Whether one person speaks, told from the likeness of voices within the sample."""

from __future__ import annotations

from typing import Final

import numpy as np

from polyvox.audio.measure.embedding import embeddings
from polyvox.audio.measure.grading import Rule, Scale
from polyvox.audio.measure.take import Floats, Take
from polyvox.audio.measure.voice import VOICE_RATE

RULE: Final = Rule(
    name="one_speaker",
    unit="likeness",
    threshold="above 0.80",
    scale=Scale(full=0.87, good=0.80, bad=0.72, zero=0.5),
    weight=1.5,
    well="One person speaks.",
    advice="More than one voice is heard, or one that changes much: the clone would be a mixture. Cut out the others.",
    unknown="Whether one person speaks is told with the package Resemblyzer, and from 5 s of speech on.",
)

_LEAST_S: Final = 5.0
_FEWEST: Final = 2
"""Windows of 1.6 s in the smaller of the two groups."""
_LONGEST_S: Final = 120.0
"""More is not listened to: it would tell nothing new, and costs 20 ms a second."""


def figure(take: Take) -> float | None:
    """The cosine (0 to 1) between the two halves that the windows fall into most clearly."""
    speech = _speech(take)
    if len(speech) < _LEAST_S * VOICE_RATE:
        return None
    windows = embeddings(speech)
    return None if windows is None else _least_likeness(windows)


def _speech(take: Take) -> Floats:
    pieces = [
        take.voice[round(span.start_s * VOICE_RATE) : round(span.end_s * VOICE_RATE)]
        for span in take.spans
    ]
    joined = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.float32)
    return joined[: round(_LONGEST_S * VOICE_RATE)]


def _least_likeness(windows: Floats) -> float:
    """Windows sorted along their direction of most variance, cut where the two means differ most."""
    centred = windows - windows.mean(axis=0)
    main = np.linalg.svd(centred, full_matrices=False)[2][0]
    ordered = windows[np.argsort(centred @ main)]
    cuts = range(_FEWEST, len(ordered) - _FEWEST + 1)
    return min(_cosine(ordered[:cut].mean(axis=0), ordered[cut:].mean(axis=0)) for cut in cuts)


def _cosine(a: Floats, b: Floats) -> float:
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))
