"""From a voice's files to a voice that runs.

Cutting a medium voice takes about a second and, for that time, some 200 MB; loading the parts
takes a third of that. So the parts are kept on disk (63 MB a voice) with what was learnt about
the voice. A folder of parts appears whole or not at all, under a name made from the voice's
revision; a new revision replaces it.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from piper.config import PiperConfig

from polyvox.domain.audio import AudioChunk
from polyvox.providers.piper.cores import Cores, Session, Tensor
from polyvox.providers.piper.parts import Part, Parts
from polyvox.providers.piper.spelling import Speller, scales
from polyvox.providers.piper.streaming import Voice, WholeVoice, WindowedVoice
from polyvox.providers.piper.voices import InstalledVoice

FORMAT = 1
"""Of the folder of parts; part of its name, so that older ones are made anew."""
SAME = 3e-5
"""A 16-bit step: where samples in windows and at once differ by more, the graph is run whole."""
STALE_S = 3600
"""A folder of unfinished parts this old (s) was left by a process that died."""
PEAK = 0.7
"""What a voice's own median peak becomes. Measured for joe: single sentences peak between 0.6 and
1.55 times that, so the loudest just reach full scale; Piper's habit of bringing every sentence to
full scale cannot be had while streaming, and makes a murmur as loud as a shout."""
LEAST_GAIN, MOST_GAIN = 0.5, 4.0
SAMPLE = "0 1 2 3 4 5 6 7 8 9"
"""Spoken to learn the voice's level: every language has words for it. Takes three seconds of audio;
its peak is that of the voice's median sentence (joe: 0.49 against 0.49)."""
_FULL_SCALE = 32_767

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Learnt:
    """About a voice's graph and level; ``parts`` is None where it runs whole."""

    parts: Parts | None
    gain: float

    @classmethod
    def read(cls, path: Path) -> Learnt:
        """Raises OSError, ValueError, KeyError, TypeError for what is not a file of ours."""
        stored: dict[str, Any] = json.loads(path.read_text())
        named = stored["parts"]
        parts = Parts(**{k: _part(v) for k, v in named.items()}) if named else None
        return cls(parts, float(stored["gain"]))


def _part(stored: dict[str, Any]) -> Part:
    return Part(tuple(stored["inputs"]), tuple(stored["outputs"]), int(stored["context"]))


class LoadedVoice:
    """A voice in memory. May speak for several jobs at once."""

    def __init__(
        self, installed: InstalledVoice, speller: Speller, voice: Voice, gain: float
    ) -> None:
        self.installed = installed
        self.gain = gain
        self._speller = speller
        self._voice = voice

    @property
    def windowed(self) -> bool:
        return isinstance(self._voice, WindowedVoice)

    def sentences(self, text: str) -> Iterator[list[int]]:
        """Phoneme ids of each sentence that holds any sound."""
        return self._speller.sentences(text)

    def speak(
        self, ids: list[int], speed: float, speaker: int, options: onnxruntime.RunOptions
    ) -> Iterator[AudioChunk]:
        """One sentence, at the voice's gain. Ends early once ``options.terminate`` is set."""
        config = self._speller.config
        for samples in self._voice.audio(_feeds(config, ids, speed, speaker), options):
            level = np.clip(samples * self.gain, -1.0, 1.0) * _FULL_SCALE
            yield AudioChunk(np.rint(level).astype("<i2").tobytes(), config.sample_rate)


class Loader:
    """Loads voices, and keeps their parts in ``folder`` where it can be written."""

    def __init__(self, folder: Path, cores: Cores) -> None:
        self._folder = folder
        self._cores = cores

    def load(self, installed: InstalledVoice) -> LoadedVoice:
        """Blocks. Raises whatever the files' faults raise in onnx and onnxruntime."""
        speller = Speller(installed.config)
        kept = self._folder / f"{installed.id}.{installed.revision}.{FORMAT}"
        try:
            learnt = Learnt.read(kept / "voice.json")
            voice = self._open(installed, kept, learnt.parts)
        except Exception:  # noqa: BLE001 - whatever is wrong with kept parts, they can be made anew
            return self._cut(installed, speller, kept)
        return LoadedVoice(installed, speller, voice, learnt.gain)

    def _open(self, installed: InstalledVoice, folder: Path, parts: Parts | None) -> Voice:
        if parts is None:
            return WholeVoice(Session(installed.model, self._cores))
        return WindowedVoice(
            parts,
            Session(folder / "text.onnx", self._cores),
            Session(folder / "flow.onnx", self._cores),
            # Three quarters of the work and a tenth of the weights: the one worth having twice.
            Session(folder / "decoder.onnx", self._cores, wide=True),
        )

    def _cut(self, installed: InstalledVoice, speller: Speller, kept: Path) -> LoadedVoice:
        with self._staging() as staging:
            parts = _write_parts(installed.model, staging)
            sample = _sample(speller)
            voice = self._open(installed, staging, parts)
            if isinstance(voice, WindowedVoice) and not _agrees(voice, sample):
                parts = None
                voice = self._open(installed, staging, None)
            learnt = Learnt(parts, _gain(voice, sample))
            (staging / "voice.json").write_text(json.dumps(asdict(learnt)))
            _keep(staging, kept)
        return LoadedVoice(installed, speller, voice, learnt.gain)

    @contextmanager
    def _staging(self) -> Iterator[Path]:
        """An empty folder beside the kept ones, or a passing one where none can be made there."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _sweep(self._folder)
            staging = Path(tempfile.mkdtemp(prefix=".", dir=self._folder))
        except OSError:
            staging = Path(tempfile.mkdtemp(prefix="polyvox-"))
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _write_parts(model: Path, folder: Path) -> Parts | None:
    """Cut the graph, one part in memory at a time."""
    import onnx  # costs 40 MB and 0.2 s, for the first load of a voice only

    from polyvox.providers.piper.graph import extract, find_parts

    whole = onnx.load(str(model))
    parts = find_parts(whole)
    if parts is not None:
        for name in ("text", "flow", "decoder"):
            onnx.save(extract(whole, getattr(parts, name)), str(folder / f"{name}.onnx"))
    return parts


def _sample(speller: Speller) -> Mapping[str, Tensor] | None:
    """What always sounds the same; None for a voice that has no sounds for digits."""
    ids = next(speller.sentences(SAMPLE), None)
    return _feeds(speller.config, ids, noise=False) if ids else None


def _agrees(voice: WindowedVoice, sample: Mapping[str, Tensor] | None) -> bool:
    """Whether windows sound like the whole; a graph may be built in a way that ``graph`` misreads."""
    if sample is None:
        return False
    windowed, whole = voice.in_windows_and_at_once(sample)
    return windowed.shape == whole.shape and float(np.abs(windowed - whole).max()) < SAME


def _gain(voice: Voice, sample: Mapping[str, Tensor] | None) -> float:
    """What brings the voice to PEAK."""
    audio = list(voice.audio(sample)) if sample else []
    peak = max((float(np.abs(piece).max()) for piece in audio), default=0.0)
    return min(MOST_GAIN, max(LEAST_GAIN, PEAK / peak)) if peak > 0 else 1.0


def _feeds(
    config: PiperConfig, ids: list[int], speed: float = 1.0, speaker: int = 0, *, noise: bool = True
) -> dict[str, Tensor]:
    feeds: dict[str, Tensor] = {
        "input": np.array([ids], dtype=np.int64),
        "input_lengths": np.array([len(ids)], dtype=np.int64),
        "scales": np.array(scales(config, speed, noise=noise), dtype=np.float32),
    }
    if config.num_speakers > 1:
        feeds["sid"] = np.array([speaker], dtype=np.int64)
    return feeds


def _sweep(folder: Path) -> None:
    for entry in folder.glob(".*"):
        if time.time() - entry.stat().st_mtime > STALE_S:
            shutil.rmtree(entry, ignore_errors=True)


def _keep(staging: Path, kept: Path) -> None:
    """Give the parts their lasting name, and drop those of the voice's earlier revisions."""
    voice_id = kept.name.rsplit(".", 2)[0]
    try:
        for older in kept.parent.iterdir():
            if older.name.rsplit(".", 2)[0] == voice_id:
                shutil.rmtree(older, ignore_errors=True)
        staging.replace(kept)
    except OSError as error:
        _log.info("The parts of a Piper voice are not kept: %s", error.strerror)
