"""Many listeners at once, some of whom hang up in the middle. A process of its own.

Arguments: address, listeners, seed. Prints what became of each as JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys

import aiohttp

FORMATS = ("mp3", "opus", "aac", "flac", "wav", "pcm")


async def listen(session: aiohttp.ClientSession, number: int, chance: random.Random) -> str:
    body = {
        "input": f"Listener {number} is listening. This is a short line for number {number}.",
        "voice": "joe",
        "response_format": chance.choice(FORMATS),
        "stream_format": chance.choice(("audio", "audio", "sse")),
    }
    patience = chance.choice((None, None, "connect", "first", "later"))
    if patience == "connect":
        return await hang_up_while_waiting(session, body, chance.uniform(0, 0.3))
    async with session.post("/v1/audio/speech", json=body) as reply:
        if reply.status != 200:
            return f"status {reply.status}"
        got = 0
        async for data in reply.content.iter_any():
            got += len(data)
            if patience == "first" or (patience == "later" and got > 20_000):
                reply.close()
                return "hung up"
        return "heard" if got > 1000 else "too short"


async def hang_up_while_waiting(
    session: aiohttp.ClientSession, body: dict[str, str], after_s: float
) -> str:
    asking = asyncio.create_task(session.post("/v1/audio/speech", json=body))
    await asyncio.wait([asking], timeout=after_s)
    if not asking.done():
        asking.cancel()
        await asyncio.wait([asking])
    else:
        asking.result().close()
    return "hung up"


async def main(address: str, listeners: int, seed: int) -> None:
    chances = [random.Random(seed * 1000 + number) for number in range(listeners)]
    async with aiohttp.ClientSession(
        address, connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=100)
    ) as session:
        outcomes = await asyncio.gather(
            *(listen(session, number, chance) for number, chance in enumerate(chances))
        )
    print(json.dumps(outcomes))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
