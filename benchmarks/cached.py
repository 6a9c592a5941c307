"""What the cache gives: a hit's first byte against making it, and twenty twins against one."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import aiohttp

from benchmarks.client import Heard, Target, http, listen, listen_at_once
from benchmarks.lab import Lab
from benchmarks.results import Goal, Pairs, Row, percentile
from benchmarks.servers import polyvox_server, polyvox_target

HIT_P50 = Goal(5.0, of="ours")
TWINS = 20
TWINS_TIME, TWINS_MADE = Goal(1.5), Goal(1.0)
HITS_PER_ROUND = 20
SPEECH_ID = "x-polyvox-speech-id"
STORED_S = 10.0
"""How long a reply and its report may take to be stored, in seconds."""
ASK_EVERY_S = 0.05


async def measure_hits(lab: Lab) -> list[Row]:
    """Each round makes a sentence, then fetches it again and again."""
    rows = {50: Pairs(), 95: Pairs()}
    async with polyvox_server(lab.home) as url, http() as session:
        target, reports = polyvox_target(url), _Reports(session, url)
        await listen_at_once(session, target, [lab.texts.sentence() for _ in range(4)])
        for _ in lab.turns(12, 20):
            text = lab.texts.sentence()
            made = 1000 * (await listen(session, target, text)).first_byte_s
            await _until_stored(session, target, reports, text)
            heard = [await listen(session, target, text) for _ in range(HITS_PER_ROUND)]
            for percent, pairs in rows.items():
                pairs.ours.append(1000 * percentile([h.first_byte_s for h in heard], percent))
                pairs.base.append(made)
    return [
        Row.of(
            f"cache hit: first byte p{percent}",
            "ms",
            pairs,
            against="the same sentence, made",
            goal=HIT_P50 if percent == 50 else None,
            note=f"{HITS_PER_ROUND} hits a round",
        )
        for percent, pairs in rows.items()
    ]


@dataclass(frozen=True, slots=True)
class _Reports:
    session: aiohttp.ClientSession
    url: str

    async def synthesized(self, heard: Heard) -> int:
        """Segments of a reply that were made for it, neither stored nor shared."""
        report = await self._report(heard.headers[SPEECH_ID])
        attempts = [a for segment in report["segments"] for a in segment["attempts"]]
        return sum(not (a["cached"] or a["shared"]) for a in attempts)

    async def _report(self, speech_id: str) -> dict[str, Any]:
        """A reply's last byte may be here a moment before its report is there."""
        async with asyncio.timeout(STORED_S):
            while True:
                async with self.session.get(f"{self.url}/v1/speech/{speech_id}") as response:
                    if response.status != 404:
                        response.raise_for_status()
                        report: dict[str, Any] = await response.json()
                        return report
                await asyncio.sleep(ASK_EVERY_S)


async def _until_stored(
    session: aiohttp.ClientSession, target: Target, reports: _Reports, text: str
) -> None:
    async with asyncio.timeout(STORED_S):
        while await reports.synthesized(await listen(session, target, text)):
            pass


async def measure_twins(lab: Lab) -> list[Row]:
    """Twenty identical requests at once against one, each round with two new sentences."""
    whole_ms, made = Pairs(), Pairs()
    async with polyvox_server(lab.home) as url, http() as session:
        target, reports = polyvox_target(url), _Reports(session, url)
        await listen_at_once(session, target, [lab.texts.sentence() for _ in range(4)])
        for order in lab.turns(12, 20):
            for ours, text in zip(order, lab.texts.alike(), strict=True):
                count = TWINS if ours else 1
                begun = time.perf_counter()
                heard = await listen_at_once(session, target, [text] * count)
                elapsed = 1000 * (time.perf_counter() - begun)
                segments = [await reports.synthesized(reply) for reply in heard]
                (whole_ms.ours if ours else whole_ms.base).append(elapsed)
                (made.ours if ours else made.base).append(sum(segments))
    against = "1 request"
    what = f"single-flight: {TWINS} at once"
    return [
        Row.of(f"{what}, last byte", "ms", whole_ms, against=against, goal=TWINS_TIME),
        Row.of(f"{what}, syntheses", "segments", made, against=against, goal=TWINS_MADE),
    ]
