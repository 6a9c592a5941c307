"""Listeners that come and go: ``python -m benchmarks.listeners URL COUNT SECONDS SEED [PROVIDER]``.

Takes a JSON list of texts on standard input and prints what became of the replies, as JSON.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping

import aiohttp

from benchmarks.client import http

LEAVES = 0.4
"""Share of listeners who go away in the midst of a reply."""
LEAVES_WITHIN_S = 10.0
FORMATS = ("wav", "mp3", "opus", "pcm", "aac", "flac")
WHOLE, LEFT, STOPPED, FAILED = "heard whole", "left early", "stopped at the end", "failed"


async def listen_for(
    url: str, count: int, seconds: float, seed: int, texts: list[str], provider: str | None
) -> Counter[str]:
    """``count`` listeners at any time, for ``seconds``; then all of them leave."""
    asked = {"model": provider} if provider else {"voice": "joe"}
    told: Counter[str] = Counter(dict.fromkeys((WHOLE, LEFT, STOPPED, FAILED), 0))
    until, endless = time.monotonic() + seconds, itertools.cycle(texts)
    async with http() as session:
        await asyncio.gather(
            *(
                _listener(session, url, random.Random(seed + number), endless, until, told, asked)
                for number in range(count)
            )
        )
    return told


async def _listener(
    session: aiohttp.ClientSession,
    url: str,
    chance: random.Random,
    texts: Iterator[str],
    until: float,
    told: Counter[str],
    asked: Mapping[str, str],
) -> None:
    while (now := time.monotonic()) < until:
        body = {**asked, "input": next(texts), "response_format": chance.choice(FORMATS)}
        leaves_at = now + chance.uniform(0, LEAVES_WITHIN_S) if chance.random() < LEAVES else until
        try:
            async with asyncio.timeout(min(leaves_at, until) - now) as patience:
                await _reply(session, f"{url}/v1/audio/speech", body)
            told[WHOLE] += 1
        except (aiohttp.ClientError, TimeoutError):
            left = LEFT if leaves_at < until else STOPPED
            told[left if patience.expired() else FAILED] += 1


async def _reply(session: aiohttp.ClientSession, url: str, body: Mapping[str, str]) -> None:
    """Raises aiohttp.ClientError when it is refused or breaks off."""
    async with session.post(url, json=body) as response:
        response.raise_for_status()
        async for _ in response.content.iter_any():
            pass


def main(url: str, count: str, seconds: str, seed: str, provider: str | None = None) -> None:
    texts = json.load(sys.stdin)
    told = asyncio.run(listen_for(url, int(count), float(seconds), int(seed), texts, provider))
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
