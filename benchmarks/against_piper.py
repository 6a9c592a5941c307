"""Polyvox over HTTP against Piper's own HTTP server: same voice, texts, client and machine."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from statistics import median

import aiohttp

from benchmarks.client import Heard, Target, http, listen_at_once
from benchmarks.lab import Lab, turns
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
    quick: int

    @property
    def label(self) -> str:
        return f"{self.name}, {self.at_once} at once" if self.at_once > 1 else f"{self.name}, alone"


SCENES = (
    Scene("sentence", 1, 1, rounds=16, quick=4),
    Scene("sentence", 1, 8, rounds=6, quick=2),
    Scene("paragraph", 4, 1, rounds=8, quick=2),
    Scene("paragraph", 4, 8, rounds=3, quick=0),
)


@dataclass(slots=True)
class Figures:
    first_audio_ms: Pairs = field(default_factory=Pairs)
    audio_per_s: Pairs = field(default_factory=Pairs)
    audio_s: Pairs = field(default_factory=Pairs)
    stalled: int = 0
    replies: int = 0

    def add(self, ours: bool, heard: list[Heard], wall_s: float) -> None:
        audio_s = sum(reply.audio_s for reply in heard)
        for pairs, value in (
            (self.first_audio_ms, 1000 * median(reply.first_audio_s for reply in heard)),
            (self.audio_per_s, audio_s / wall_s),
            (self.audio_s, audio_s),
        ):
            (pairs.ours if ours else pairs.base).append(value)
        if ours:
            self.replies += len(heard)
            self.stalled += sum(reply.stalled_s > 0 for reply in heard)


async def measure(lab: Lab) -> list[Row]:
    async with (
        polyvox_server(lab.home) as url,
        piper_server(lab.home) as theirs,
        http() as session,
    ):
        ours = polyvox_target(url)
        for target in (ours, theirs):  # the first replies also load and allocate
            for _ in range(2):
                await listen_at_once(session, target, [lab.texts.sentence() for _ in range(4)])
        rows: list[Row] = []
        for scene in SCENES:
            if rounds := lab.rounds(scene.rounds, scene.quick):
                figures = await _play(lab, session, scene, rounds, (ours, theirs))
                rows += _rows(scene, figures)
        return rows


async def _play(
    lab: Lab,
    session: aiohttp.ClientSession,
    scene: Scene,
    rounds: int,
    targets: tuple[Target, Target],
) -> Figures:
    figures = Figures()
    for order in turns(rounds):
        texts = [lab.texts.paragraph(scene.sentences) for _ in range(scene.at_once)]
        for ours in order:
            begun = time.perf_counter()
            heard = await listen_at_once(session, targets[0 if ours else 1], texts)
            figures.add(ours, heard, time.perf_counter() - begun)
    return figures


def _rows(scene: Scene, figures: Figures) -> list[Row]:
    longer = median(figures.audio_s.ratios)
    return [
        Row.of(
            f"first audio: {scene.label}",
            "ms",
            figures.first_audio_ms,
            against=AGAINST,
            goal=FIRST_AUDIO,
            note=f"then silent for want of audio: {figures.stalled} of {figures.replies} replies",
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
