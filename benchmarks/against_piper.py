"""Polyvox over HTTP against Piper's own HTTP server: same voice, texts, client and machine."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from statistics import median

import aiohttp

from benchmarks.client import Heard, Target, http, listen_at_once
from benchmarks.lab import Lab
from benchmarks.results import Goal, Pairs, Row
from benchmarks.servers import piper_server, polyvox_server, polyvox_target

FIRST_AUDIO = Goal(0.35)
THROUGHPUT = Goal(1.5, least=True)
AGAINST = "piper.http_server"


@dataclass(frozen=True, slots=True)
class Scene:
    """``sentences`` per request, ``at_once`` requests a round."""

    name: str
    sentences: int
    at_once: int
    rounds: int
    seconds: float
    quick: bool = True

    @property
    def label(self) -> str:
        return f"{self.name}, {self.at_once} at once" if self.at_once > 1 else f"{self.name}, alone"


SCENES = (
    Scene("sentence", 1, 1, rounds=20, seconds=18),
    Scene("sentence", 1, 8, rounds=8, seconds=34),
    Scene("paragraph", 4, 1, rounds=10, seconds=24),
    Scene("paragraph", 4, 8, rounds=3, seconds=45, quick=False),
)


@dataclass(slots=True)
class Figures:
    first_audio_ms: Pairs = field(default_factory=Pairs)
    audio_per_s: Pairs = field(default_factory=Pairs)
    audio_s: Pairs = field(default_factory=Pairs)
    stalled_ms: list[float] = field(default_factory=list)

    def add(self, ours: bool, heard: list[Heard], wall_s: float) -> None:
        audio_s = sum(reply.audio_s for reply in heard)
        for pairs, value in (
            (self.first_audio_ms, 1000 * median(reply.first_audio_s for reply in heard)),
            (self.audio_per_s, audio_s / wall_s),
            (self.audio_s, audio_s),
        ):
            (pairs.ours if ours else pairs.base).append(value)
        if ours:
            self.stalled_ms += [1000 * reply.stalled_s for reply in heard]


async def measure(lab: Lab) -> list[Row]:
    async with (
        polyvox_server(lab.home) as url,
        piper_server(lab.home) as theirs,
        http() as session,
    ):
        ours = polyvox_target(url)
        for target in (ours, theirs):  # the first replies also load and allocate
            await listen_at_once(session, target, [lab.texts.sentence() for _ in range(4)])
        rows: list[Row] = []
        for scene in SCENES:
            if scene.quick or not lab.quick:
                rows += _rows(scene, await _play(lab, session, scene, (ours, theirs)))
        return rows


async def _play(
    lab: Lab,
    session: aiohttp.ClientSession,
    scene: Scene,
    targets: tuple[Target, Target],
) -> Figures:
    figures = Figures()
    for order in lab.turns(scene.rounds, scene.seconds):
        texts = [lab.texts.paragraph(scene.sentences) for _ in range(scene.at_once)]
        for ours in order:
            begun = time.perf_counter()
            heard = await listen_at_once(session, targets[0 if ours else 1], texts)
            figures.add(ours, heard, time.perf_counter() - begun)
    return figures


def _rows(scene: Scene, figures: Figures) -> list[Row]:
    longer = median(figures.audio_s.ratios)
    stalled = [ms for ms in figures.stalled_ms if ms > 0]
    worst = f", at most {max(stalled):.0f} ms" if stalled else ""
    return [
        Row.of(
            f"first audio: {scene.label}",
            "ms",
            figures.first_audio_ms,
            against=AGAINST,
            goal=FIRST_AUDIO,
            note=f"stalled later: {len(stalled)} of {len(figures.stalled_ms)} replies{worst}",
        ),
        Row.of(
            f"throughput: {scene.label}",
            "s audio/s",
            figures.audio_per_s,
            against=AGAINST,
            goal=THROUGHPUT,
            note=f"the audio is {longer:.2f}× as long",
        ),
    ]
