"""What becomes of a recording that is sent in: measured, and prepared for an engine, against real time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import numpy as np

from benchmarks.lab import Lab
from benchmarks.results import Goal, Pairs, Row

RATE = 48_000
SECONDS = 30
"""Of the recording: the longest that an engine clones from."""
MEASURING = Goal(0.1)
"""3 s of work for 30 s: people wait for the report."""
ROUNDS, MOST_S = 10, 40.0


async def measure(lab: Lab) -> list[Row]:
    return await asyncio.to_thread(_measure, lab)


def _measure(lab: Lab) -> list[Row]:
    from polyvox.audio.measure import measure_recording
    from polyvox.audio.repair import Target, prepare
    from tests.support.corpus import RATE as SPOKEN_RATE
    from tests.support.corpus import recording, speech
    from tests.support.samples import NEEDS

    taken = recording(np.resize(speech(), SECONDS * SPOKEN_RATE), RATE)
    report = measure_recording(taken, NEEDS)
    target = Target(rate=24_000, min_s=6, max_s=30, best_s=17.5)
    return [
        _row(lab, "a sample: measuring", lambda: measure_recording(taken, NEEDS), MEASURING),
        _row(lab, "a sample: preparing", lambda: prepare(taken, report, target)),
    ]


def _row(lab: Lab, what: str, work: Callable[[], object], goal: Goal | None = None) -> Row:
    pairs = Pairs()
    for _ in lab.turns(ROUNDS, MOST_S):
        begun = time.perf_counter()
        work()
        pairs.ours.append(1000 * (time.perf_counter() - begun) / SECONDS)
        pairs.base.append(1000.0)
    return Row.of(what, "ms/s audio", pairs, against="real time", goal=goal)
