"""How late the server's event loop runs while 64 listeners come and go."""

from __future__ import annotations

import asyncio
import json
import math
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.client import http
from benchmarks.lab import SEED, Lab
from benchmarks.results import Goal, Pairs, Row
from benchmarks.servers import polyvox_server

LISTENERS = 64
LAG = "polyvox_event_loop_lag_seconds"
P99 = Goal(50.0, of="ours")
TEXTS = 300
"""More than can be spoken in a round: none is spoken twice."""
IDLE_S, BUSY_S, WARM_UP_S = 3.0, 9.0, 2.0
GRACE_S = 60.0
"""How long the listeners may take beyond their time, in seconds."""
ROOT = Path(__file__).resolve().parent.parent

Buckets = Mapping[float, float]
"""Observations up to each bound (s), cumulative; the last bound is infinite."""


async def measure(lab: Lab) -> list[Row]:
    what = f"event loop lag p99, {LISTENERS} listeners"
    async with polyvox_server(lab.home) as url:
        return [await lag_row(lab, url, what, Crowd(LISTENERS))]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Listeners at any time, of the personality or of a ``provider``."""

    count: int
    provider: str | None = None


async def lag_row(lab: Lab, url: str, what: str, crowd: Crowd) -> Row:
    """Each round the server rests, then serves."""
    p99_ms, told = Pairs(), Counter[str]()
    async with http() as session:
        warm_up = [lab.texts.sentence() for _ in range(crowd.count)]
        await _listeners(url, warm_up, WARM_UP_S, crowd)
        for _ in lab.turns(3, 40):
            texts = [lab.texts.sentence() for _ in range(TEXTS)]
            before = await _lag(session, url)
            await asyncio.sleep(IDLE_S)
            idle = await _lag(session, url)
            told.update(await _listeners(url, texts, BUSY_S, crowd))
            busy = await _lag(session, url)
            p99_ms.base.append(1000 * quantile(since(before, idle), 0.99))
            p99_ms.ours.append(1000 * quantile(since(idle, busy), 0.99))
    note = "replies: " + ", ".join(f"{count} {how}" for how, count in told.items())
    return Row.of(what, "ms", p99_ms, against="idle", goal=P99, note=note)


async def _listeners(url: str, texts: list[str], seconds: float, crowd: Crowd) -> dict[str, int]:
    """In a process of their own, so that they cannot slow each other's clocks down with ours."""
    asked = (url, str(crowd.count), str(seconds), str(SEED), *filter(None, [crowd.provider]))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.listeners", *asked, stdin=PIPE, stdout=PIPE, cwd=ROOT
    )
    try:
        async with asyncio.timeout(seconds + GRACE_S):
            out, _ = await process.communicate(json.dumps(texts).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    told: dict[str, int] = json.loads(out)
    return told


async def _lag(session: aiohttp.ClientSession, url: str) -> Buckets:
    async with session.get(f"{url}/metrics") as response:
        response.raise_for_status()
        return buckets(await response.text(), LAG)


def buckets(text: str, name: str) -> Buckets:
    """A histogram without labels out of Prometheus' text format. Raises KeyError without it."""
    for family in text_string_to_metric_families(text):
        if family.name == name:
            found = (s for s in family.samples if s.name == f"{name}_bucket")
            return {float(s.labels["le"]): s.value for s in found}
    raise KeyError(name)


def since(before: Buckets, after: Buckets) -> Buckets:
    return {bound: count - before[bound] for bound, count in after.items()}


def quantile(counted: Buckets, share: float) -> float:
    """Prometheus' histogram_quantile: even within a bucket; the last bound beyond all of them."""
    wanted = share * counted[math.inf]
    for (low, below), (high, upto) in pairwise([(0.0, 0.0), *sorted(counted.items())]):
        if upto >= wanted:
            if math.isinf(high):
                return low
            return low + (high - low) * (wanted - below) / (upto - below)
    raise ValueError("nothing was observed")
