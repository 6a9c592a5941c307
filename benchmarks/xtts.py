"""The XTTS engine against coqui-tts's own inference: the same random weights, in turns.

Random weights say nothing of quality, and are as quick as the real ones. Both sides speak a text of
the same length up to the same number of tokens, each in a process of its own: in one, the threads of
either would stand in the other's way. Stock inference takes one request at a time: of four at once,
the later ones wait.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.lab import Lab
from benchmarks.loop_lag import Crowd, lag_row
from benchmarks.results import Goal, Pairs, Row
from benchmarks.servers import polyvox_server
from polyvox.hosting.cancel import CancelToken
from polyvox.hosting.engine import EngineJob

AGAINST = "stock coqui-tts"
LOAD = Goal(1 / 20)
WORK, FIRST, WORK_OF_FOUR = Goal(1 / 3.5), Goal(1 / 6), Goal(1 / 6)
AT_ONCE = 4
TOKENS, QUICK_TOKENS = 64, 32
"""Of one request; 21.5 are a second of audio."""
LANGUAGE, SPEAKER = "en", "Ana Tiny"
SETTINGS = {
    "temperature": 0.75,
    "length_penalty": 1.0,
    "repetition_penalty": 5.0,
    "top_k": 50,
    "top_p": 0.85,
    "speed": 1.0,
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """Of requests made at once: seconds to the first audio of each, until all ended, and of audio."""

    first_s: list[float]
    whole_s: float
    audio_s: float

    @property
    def work(self) -> float:
        """ms of work per second of audio."""
        return 1000 * self.whole_s / self.audio_s


@dataclass(slots=True)
class Figures:
    work: Pairs = field(default_factory=Pairs)
    first_ms: Pairs = field(default_factory=Pairs)

    def add(self, ours: bool, spoken: Spoken) -> None:
        mean = sum(spoken.first_s) / len(spoken.first_s)
        for pairs, value in ((self.work, spoken.work), (self.first_ms, 1000 * mean)):
            (pairs.ours if ours else pairs.base).append(value)


async def measure(lab: Lab) -> list[Row]:
    from tests.support import xtts_checkpoint

    with _quietly():
        folder = await asyncio.to_thread(xtts_checkpoint.full_size, lab.home / "xtts")
    return [*await asyncio.to_thread(_measure, lab, folder), await _lag(lab, folder)]


async def _lag(lab: Lab, folder: Path) -> Row:
    """Of the server whose child speaks."""
    settings = {
        "COQUI_TOS_AGREED": "1",
        "POLYVOX_PROVIDERS__XTTS_V2__MODEL_DIR": str(folder),
        "POLYVOX_PROVIDERS__XTTS_V2__PREWARM": "true",
    }
    what = f"event loop lag p99, XTTS speaks to {AT_ONCE} listeners"
    async with polyvox_server(lab.home, settings) as url:
        return await lag_row(lab, url, what, Crowd(AT_ONCE, "xtts_v2"))


def _measure(lab: Lab, folder: Path) -> list[Row]:
    tokens = QUICK_TOKENS if lab.quick else TOKENS
    with _side(Ours, folder, tokens) as ours, _side(Stock, folder, tokens) as stock:
        sides = (ours, stock)
        exact = _loaded(lab, sides, "load_exact")
        loading = _loaded(lab, sides, "load")
        memory: str = ours("told")
        for each in sides:  # the first of all also allocates
            each("speak", _texts(lab, 1))
        one, four = (_figures(lab, sides, count, s) for count, s in ((1, 60), (AT_ONCE, 110)))
    of_four = f"{AT_ONCE} requests at once"
    return [
        Row.of("XTTS: load, fp32", "s", exact, against=AGAINST, goal=LOAD),
        Row.of("XTTS: load, int8, first words spoken", "s", loading, against=AGAINST, note=memory),
        _row("XTTS: first audio, alone", "ms", one.first_ms, FIRST),
        _row("XTTS: work, alone", "ms/s audio", one.work, WORK),
        _row(f"XTTS: first audio, mean of {of_four}", "ms", four.first_ms),
        _row(f"XTTS: work, {of_four}", "ms/s audio", four.work, WORK_OF_FOUR),
    ]


def _row(what: str, unit: str, pairs: Pairs, goal: Goal | None = None) -> Row:
    return Row.of(what, unit, pairs, against=AGAINST, goal=goal, note="full size, random weights")


@contextmanager
def _quietly() -> Iterator[None]:
    """coqui and transformers warn of what cannot be helped."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)


def _texts(lab: Lab, count: int) -> list[str]:
    return [lab.texts.sentence() for _ in range(count)]


Side = Callable[..., Any]
"""Calls a method of Ours or Stock, by name, in the process that has it."""


@contextmanager
def _side(kind: type[Ours | Stock], folder: Path, tokens: int) -> Iterator[Side]:
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawned, _begin, (kind, folder, tokens)) as pool:
        yield lambda name, *args: pool.submit(_call, name, *args).result()


_here: dict[str, Ours | Stock] = {}


def _begin(kind: type[Ours | Stock], folder: Path, tokens: int) -> None:
    _here["side"] = kind(folder, tokens)


def _call(name: str, *args: Any) -> Any:
    with _quietly():
        return getattr(_here["side"], name)(*args)


def _figures(lab: Lab, sides: tuple[Side, Side], count: int, seconds: float) -> Figures:
    figures = Figures()
    for order in lab.turns(6, seconds):
        texts = _texts(lab, count)
        for ours in order:
            figures.add(ours, sides[0 if ours else 1]("speak", texts))
    return figures


def _loaded(lab: Lab, sides: tuple[Side, Side], how: str) -> Pairs:
    """Files in the page cache, libraries imported. The first time, in which ours also makes what it
    keeps for later starts, does not count."""
    loading = Pairs()
    for each in sides:
        each(how)
    for order in lab.turns(2, 60):
        for mine in order:
            seconds = sides[0 if mine else 1](how)
            (loading.ours if mine else loading.base).append(seconds)
    return loading


class Ours:
    def __init__(self, folder: Path, tokens: int) -> None:
        from polyvox.providers.xtts_v2.engine import create

        self._folder = folder
        self._engine = create({"folder": str(folder), "cache": str(folder.parent / "xtts-cache")})
        self._settings = {**SETTINGS, "seed": 1, "max_tokens": tokens}

    def load_exact(self) -> float:
        """As stock loads: the model as the file has it, and nothing spoken yet."""
        import torch

        from polyvox.hosting.device import CPU
        from polyvox.providers.xtts_v2.checkpoint import load_model
        from polyvox.providers.xtts_v2.decoding import Decoder
        from polyvox.providers.xtts_v2.precision import plan
        from polyvox.providers.xtts_v2.vocoder import Vocoder

        begun = time.perf_counter()
        model: Any = load_model(self._folder)
        Decoder(model.gpt, plan("fp32", CPU))
        Vocoder(model.hifigan_decoder, torch.float32)
        return time.perf_counter() - begun

    def load(self) -> float:
        self._engine.close()
        begun = time.perf_counter()
        self._engine.load()
        return time.perf_counter() - begun

    def told(self) -> str:
        return f"its process then has {_anonymous_mb()} MB of its own"

    def speak(self, texts: list[str]) -> Spoken:
        begun = time.perf_counter()

        def one(text: str) -> tuple[float, float]:
            job, first, audio = EngineJob(text, LANGUAGE, SPEAKER, self._settings), 0.0, 0.0
            for chunk in self._engine.synthesize(job, CancelToken()):
                first = first or time.perf_counter() - begun
                audio += chunk.duration_ms / 1000
            return first, audio

        with ThreadPoolExecutor(len(texts)) as pool:
            spoken = list(pool.map(one, texts))
        whole = time.perf_counter() - begun
        return Spoken([first for first, _ in spoken], whole, sum(audio for _, audio in spoken))


class Stock:
    """``inference_stream`` for the first audio, ``inference``, which is quicker, for the work."""

    def __init__(self, folder: Path, tokens: int) -> None:
        from polyvox.providers.xtts_v2 import torchaudio_standin

        torchaudio_standin.install()
        self._folder, self._tokens = folder, tokens
        self._model: Any = None
        self._voice: Any = None

    def load_exact(self) -> float:
        return self.load()

    def load(self) -> float:
        import torch
        from TTS.tts.configs.xtts_config import XttsConfig
        from TTS.tts.models.xtts import Xtts

        self._model = None
        begun = time.perf_counter()
        config = XttsConfig()
        config.load_json(str(self._folder / "config.json"))
        self._model = Xtts(config)
        self._model.load_checkpoint(config, checkpoint_dir=str(self._folder), eval=True)
        taken = time.perf_counter() - begun
        self._voice = torch.load(self._folder / "speakers_xtts.pth")[SPEAKER]
        return taken

    def speak(self, texts: list[str]) -> Spoken:
        """One after another: before its own first audio, each waits for those before it, whole."""
        begun = time.perf_counter()
        next(iter(self._model.inference_stream(*self._asked(texts[0]), **self._limits)))
        first = time.perf_counter() - begun
        firsts, whole, audio = [], 0.0, 0.0
        for text in texts:
            firsts.append(whole + first)
            begun = time.perf_counter()
            made = self._model.inference(*self._asked(text), **self._limits)
            whole += time.perf_counter() - begun
            audio += len(made["wav"]) / 24_000
        return Spoken(firsts, whole, audio)

    def _asked(self, text: str) -> tuple[Any, ...]:
        return text, LANGUAGE, self._voice["gpt_cond_latent"], self._voice["speaker_embedding"]

    @property
    def _limits(self) -> dict[str, Any]:
        return {**SETTINGS, "max_new_tokens": self._tokens}


def _anonymous_mb() -> int:
    """Memory of this process that no file backs; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("RssAnon")), 0)
