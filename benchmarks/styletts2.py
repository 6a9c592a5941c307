"""The StyleTTS 2 engine against real time and against itself: full size, random weights.

Random weights say nothing of quality, and are as quick as the real ones: what they speak takes as long
as a real text of as many symbols would, by the durations that they happen to give.
"""

from __future__ import annotations

import asyncio
import threading
import time
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.lab import Lab
from benchmarks.results import Goal, Pairs, Row
from polyvox.hosting.cancel import CancelToken
from polyvox.hosting.engine import EngineJob

NOTE = "full size, random weights"
STAGES = {
    "embed": "text encoders",
    "diffuse": "diffusion, 10 steps",
    "predict": "durations, pitch and energy",
    "decode": "decoder",
}
LANGUAGE = "en"
SETTINGS = {"alpha": 0.7, "beta": 0.7, "diffusion_steps": 10, "embedding_scale": 1.0, "seed": 1}
AT_ONCE = 4
SAMPLE_S = 6.0
STOP_MS = 100.0
"""What engines are asked for, from cancellation to rest."""


async def measure(lab: Lab) -> list[Row]:
    return await asyncio.to_thread(_measure, lab)


def _measure(lab: Lab) -> list[Row]:
    from tests.support import styletts2_checkpoint

    folder = styletts2_checkpoint.full_size(lab.home / "styletts2")
    sample = _hum(lab.home / "voice.wav")
    exact, quick = Side(folder, sample), Side(folder, sample, decoder="bf16")
    rows = [_loading(lab, exact, folder)]
    quick.load()
    for side in (exact, quick):
        side.speak([lab.texts.sentence()])  # also makes the sample's style
    rows += [*_alone(lab, exact), _precision(lab, exact, quick), *_together(lab, exact)]
    rows.append(_stopping(lab, exact))
    exact.close()
    quick.close()
    return rows


class Side:
    """One engine, and the seconds that each stage of its model has taken."""

    def __init__(self, folder: Path, sample: str, decoder: str = "auto") -> None:
        from polyvox.providers.styletts2.engine import create

        self._engine = create({"folder": str(folder), "decoder": decoder})
        self._sample = sample
        self.stages = dict.fromkeys(STAGES, 0.0)

    def load(self) -> float:
        self._engine.close()
        begun = time.perf_counter()
        self._engine.load()
        taken = time.perf_counter() - begun
        loaded: Any = self._engine._loaded
        for stage in STAGES:
            setattr(loaded._model, stage, self._timed(stage, getattr(loaded._model, stage)))
        return taken

    def close(self) -> None:
        self._engine.close()

    def _timed(self, stage: str, real: Callable[..., Any]) -> Callable[..., Any]:
        import torch

        def timed(*arguments: Any) -> Any:
            begun = time.perf_counter()
            result = real(*arguments)
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            self.stages[stage] += time.perf_counter() - begun
            return result

        return timed

    def job(self, text: str) -> EngineJob:
        return EngineJob(text, LANGUAGE, None, SETTINGS, (self._sample,))

    def speak(self, texts: list[str]) -> tuple[float, float, float]:
        """Texts at once: seconds to the first audio of any, until all ended, and of audio."""
        begun = time.perf_counter()

        def one(text: str) -> tuple[float, float]:
            first, audio = 0.0, 0.0
            for chunk in self._engine.synthesize(self.job(text), CancelToken()):
                first = first or time.perf_counter() - begun
                audio += chunk.duration_ms / 1000
            return first, audio

        with ThreadPoolExecutor(len(texts)) as pool:
            spoken = list(pool.map(one, texts))
        whole = time.perf_counter() - begun
        return min(first for first, _ in spoken), whole, sum(audio for _, audio in spoken)

    @contextmanager
    def decoding(self, text: str) -> Iterator[CancelToken]:
        """A text in the midst of its decoder; left once the engine works for it no more."""
        loaded: Any = self._engine._loaded
        real, begun, cancelled = loaded._model.decode, threading.Event(), CancelToken()

        def told(*arguments: Any) -> Any:
            begun.set()
            return real(*arguments)

        loaded._model.decode = told
        with ThreadPoolExecutor(1) as pool:
            left = pool.submit(lambda: list(self._engine.synthesize(self.job(text), cancelled)))
            begun.wait()
            yield cancelled
            left.result()
        loaded._model.decode = real


def _loading(lab: Lab, side: Side, folder: Path) -> Row:
    """Files in the page cache, libraries imported, against reading the same weights as they are."""
    import torch

    (weights,) = folder.glob("*.pth")
    loading = Pairs()
    side.load()
    for order in lab.turns(2, 30):
        for ours in order:
            begun = time.perf_counter()
            if ours:
                side.load()
            else:
                torch.load(weights, weights_only=True)
            (loading.ours if ours else loading.base).append(time.perf_counter() - begun)
    return Row.of("StyleTTS 2: load", "s", loading, against="torch.load of its file", note=NOTE)


def _alone(lab: Lab, side: Side) -> list[Row]:
    work = Pairs()
    shares = {stage: Pairs() for stage in STAGES}
    for _ in lab.turns(4, 60):
        side.stages = dict.fromkeys(STAGES, 0.0)
        _, whole, audio = side.speak([lab.texts.sentence()])
        work.ours.append(1000 * whole / audio)
        work.base.append(1000.0)
        for stage, seconds in side.stages.items():
            shares[stage].ours.append(1000 * seconds / audio)
            shares[stage].base.append(1000 * whole / audio)
    unit = "ms/s audio"
    rows = [Row.of("StyleTTS 2: work, alone", unit, work, against="real time", note=NOTE)]
    return rows + [
        Row.of(f"StyleTTS 2: {STAGES[stage]}", unit, pairs, against="all of the work", note=NOTE)
        for stage, pairs in shares.items()
    ]


def _precision(lab: Lab, exact: Side, quick: Side) -> Row:
    work = Pairs()
    for order in lab.turns(3, 60):
        text = lab.texts.sentence()
        for ours in order:
            _, whole, audio = (quick if ours else exact).speak([text])
            (work.ours if ours else work.base).append(1000 * whole / audio)
    what = "StyleTTS 2: work with the decoder in bf16"
    return Row.of(what, "ms/s audio", work, against="as `auto` has it", note=NOTE)


def _together(lab: Lab, side: Side) -> list[Row]:
    """The same texts at once, and one after another."""
    work, first = Pairs(), Pairs()
    for order in lab.turns(2, 90):
        texts = [lab.texts.sentence() for _ in range(AT_ONCE)]
        for at_once in order:
            spoken = [side.speak(texts)] if at_once else [side.speak([text]) for text in texts]
            whole, audio = sum(s[1] for s in spoken), sum(s[2] for s in spoken)
            (work.ours if at_once else work.base).append(1000 * whole / audio)
            (first.ours if at_once else first.base).append(1000 * spoken[0][0])
    many = f"{AT_ONCE} at once"
    return [
        Row.of(f"StyleTTS 2: work, {many}", "ms/s audio", work, against="in turn", note=NOTE),
        Row.of(f"StyleTTS 2: first audio of {many}", "ms", first, against="alone", note=NOTE),
    ]


def _stopping(lab: Lab, side: Side) -> Row:
    stopping = Pairs()
    for _ in lab.turns(4, 40):
        with side.decoding(lab.texts.sentence()) as cancelled:
            begun = time.perf_counter()
            cancelled.cancel()
        stopping.ours.append(1000 * (time.perf_counter() - begun))
        stopping.base.append(STOP_MS)
    goal = Goal(1.0)
    what = "StyleTTS 2: from cancelling to rest"
    return Row.of(what, "ms", stopping, against="what is asked", goal=goal, note=NOTE)


def _hum(path: Path) -> str:
    """A sample: nobody's voice, and as much work as one."""
    at = np.arange(int(SAMPLE_S * 24_000)) / 24_000
    tones = np.sum([np.sin(2 * np.pi * 140 * n * at) / n for n in range(1, 9)], axis=0)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes((6_000 * tones).astype("<i2").tobytes())
    return str(path)
