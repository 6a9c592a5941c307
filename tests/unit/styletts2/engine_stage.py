"""The engine of tiny checkpoints, and voices for it to speak in."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from polyvox.domain.audio import AudioChunk
from polyvox.hosting.cancel import CancelToken
from polyvox.hosting.engine import EngineJob
from polyvox.provider.model_options import EngineStart
from polyvox.providers.styletts2.batching import Batch
from polyvox.providers.styletts2.engine import StyleTTS2Engine, create
from polyvox.providers.styletts2.manifest import MANIFEST
from polyvox.providers.styletts2.settings import StyleTTS2Options

RATE = 24_000
SAME = 0.06
"""Share of the level that a batch's company may change, as phases of thousands of radians add up what
is different in last bits: up to 0.036 on processors with AVX-512. Another style changes all of it (1.17)."""
SETTINGS = {"alpha": 0.3, "beta": 0.7, "diffusion_steps": 3, "embedding_scale": 1.0, "seed": 3}

Audio = npt.NDArray[np.float64]


def record(path: Path, hz: float = 140.0, seconds: float = 1.5, level: float = 0.4) -> str:
    """A hum with syllables; another pitch is another voice."""
    at = np.arange(int(seconds * RATE)) / RATE
    hum = sum(np.sin(2 * np.pi * hz * n * at) / n for n in range(1, 9))
    samples = level * hum * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * at)) / 2
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * 32_767).astype("<i2").tobytes())
    return str(path)


@contextmanager
def running(folder: Path, **options: Any) -> Iterator[StyleTTS2Engine]:
    start = EngineStart(folder, None, StyleTTS2Options(threads=1, **options))
    engine = create(start.told())
    engine.load()
    try:
        yield engine
    finally:
        engine.close()


def speaking(checkpoint: Path, folder: Path, **languages: str) -> Path:
    """``checkpoint`` in ``folder`` as of somebody's own, with these voices of espeak-ng."""
    folder.mkdir()
    for file in checkpoint.iterdir():
        (folder / file.name).symlink_to(file)
    voices = "".join(f'{tag} = "{voice}"\n' for tag, voice in languages.items())
    (folder / MANIFEST).write_text(f"[languages]\n{voices}")
    return folder


def job(
    text: str, *samples: str, language: str = "en", before: tuple[str, ...] = (), **settings: Any
) -> EngineJob:
    return EngineJob(text, language, None, {**SETTINGS, **settings}, samples, before)


def spoken(engine: StyleTTS2Engine, asked: EngineJob) -> Audio:
    return heard(list(engine.synthesize(asked, CancelToken())))


def heard(chunks: list[AudioChunk]) -> Audio:
    assert {chunk.sample_rate for chunk in chunks} <= {RATE}
    return np.frombuffer(b"".join(chunk.pcm for chunk in chunks), "<i2") / 32_768


def alike(one: Audio, other: Audio) -> bool:
    return one.shape == other.shape and bool(np.std(one - other) < SAME * np.std(one))


def batch_of(engine: StyleTTS2Engine) -> Batch:
    assert engine._loaded is not None
    return engine._loaded.batch
