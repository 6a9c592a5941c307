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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from polyvox.providers.piper.cores import Cores, Session
from polyvox.providers.piper.loaded import LoadedVoice
from polyvox.providers.piper.parts import FORMAT, Part, Parts
from polyvox.providers.piper.spelling import Speller
from polyvox.providers.piper.streaming import Voice, WholeVoice, WindowedVoice
from polyvox.providers.piper.voices import InstalledVoice

STALE_S = 3600
"""A folder of unfinished parts this old (s) was left by a process that died."""
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
        return LoadedVoice(speller, voice, learnt.gain)

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
            voice = LoadedVoice(speller, self._open(installed, staging, parts))
            if parts is not None and not voice.windows_agree():
                parts = None
                voice = LoadedVoice(speller, self._open(installed, staging, None))
            voice.gain = voice.measure_gain()
            learnt = Learnt(parts, voice.gain)
            (staging / "voice.json").write_text(json.dumps(asdict(learnt)))
            _keep(staging, kept)
        return voice

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
    from polyvox.providers.piper.pace import add_pace

    whole = onnx.load(str(model))
    add_pace(whole)
    parts = find_parts(whole)
    if parts is not None:
        for name in ("text", "flow", "decoder"):
            onnx.save(extract(whole, getattr(parts, name)), str(folder / f"{name}.onnx"))
    return parts


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
