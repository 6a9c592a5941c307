"""How late the server's event loop runs while 64 listeners come and go."""

from __future__ import annotations

import asyncio
import json
import math
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.client import http
from benchmarks.lab import SEED, Lab
from benchmarks.results import Goal, Row
from benchmarks.servers import polyvox_server

LISTENERS = 64
LAG = "polyvox_event_loop_lag_seconds"
P99 = Goal(50.0, of="ours")
TEXTS = 600
"""More than can be spoken in the time: none is spoken twice."""
GRACE_S = 60.0
"""How long the listeners may take beyond their time, in seconds."""
ROOT = Path(__file__).resolve().parent.parent

Buckets = Mapping[float, float]
"""Observations up to each bound (s), cumulative; the last bound is infinite."""


async def measure(lab: Lab) -> list[Row]:
    texts = [lab.texts.sentence() for _ in range(TEXTS)]
    seconds = 8 if lab.quick else 24
    async with polyvox_server(lab.home) as url, http() as session:
        started = await _lag(session, url)
        await asyncio.sleep(seconds / 3)
        idle = await _lag(session, url)
        told = await _listeners(url, texts, seconds)
        busy = await _lag(session, url)
    base, ours = quantile(since(started, idle), 0.99), quantile(since(idle, busy), 0.99)
    low, high = (
        quantile(since(idle, busy), share) / quantile(since(started, idle), share)
        for share in (0.5, 0.95)
    )
    note = "; ".join(f"{count} {what}" for what, count in told.items())
    what = f"event loop lag p99, {LISTENERS} listeners"
    return [
        Row(
            what, "ms", 1000 * ours, 1000 * base, "idle", ours / base, low, high, 1, P99,
            f"{note}; spread: p50 and p95",
        )
    ]  # fmt: skip


async def _listeners(url: str, texts: list[str], seconds: float) -> dict[str, Any]:
    """In a process of their own, so that they cannot slow each other's clocks down with ours."""
    command = ("-m", "benchmarks.listeners", url, str(LISTENERS), str(seconds), str(SEED))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdin=PIPE, stdout=PIPE, cwd=ROOT
    )
    try:
        async with asyncio.timeout(seconds + GRACE_S):
            out, _ = await process.communicate(json.dumps(texts).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    told: dict[str, Any] = json.loads(out)
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
