"""A folder with the weights of XTTS v2: whether it is one, told without torch."""

from __future__ import annotations

import hashlib
import json
import threading
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from polyvox.providers.xtts_v2.speaker_names import read_speaker_names

CONFIG, MODEL, VOCABULARY, SPEAKERS = (
    "config.json",
    "model.pth",
    "vocab.json",
    "speakers_xtts.pth",
)
NEEDED = (CONFIG, MODEL, VOCABULARY)
"""Without studio speakers, as most fine-tuned checkpoints come, it still clones."""
FILES = (*NEEDED, SPEAKERS)
MAX_JSON_BYTES = 16 * 1024**2
_LEGACY_START = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
"""The pickled magic number that begins the files of torch before 1.6."""

Seen = tuple[tuple[str, int, int], ...]
"""Name, size and time of change (ns) of each file."""


@dataclass(frozen=True, slots=True)
class Weights:
    """``languages`` are the checkpoint's own names; ``revision`` is of what is in the files."""

    folder: Path
    size: int
    speakers: tuple[str, ...]
    languages: tuple[str, ...]
    revision: str


def read_weights(folder: Path) -> Weights:
    """Raises OSError, or ValueError with the reason in plain words."""
    seen = {name: size for name, size, _ in look_at(folder)}
    missing = [name for name in NEEDED if name not in seen]
    if missing:
        raise ValueError(f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")
    config = _json(folder / CONFIG)
    languages = config.get("languages")
    if config.get("model") != "xtts" or not isinstance(config.get("model_args"), dict):
        raise ValueError(f"{CONFIG} is not that of an XTTS model")
    if not isinstance(languages, list) or not all(isinstance(tag, str) for tag in languages):
        raise ValueError(f"{CONFIG} names no languages")
    vocabulary = _json(folder / VOCABULARY)
    words = vocabulary.get("model")
    if not isinstance(words, dict) or not words.get("vocab"):
        raise ValueError(f"{VOCABULARY} holds no vocabulary")
    contents = [_contents(folder / name) for name in (MODEL, SPEAKERS) if name in seen]
    told = json.dumps([config, vocabulary, contents], sort_keys=True)
    return Weights(
        folder=folder,
        size=sum(seen.values()),
        speakers=read_speaker_names(folder / SPEAKERS) if SPEAKERS in seen else (),
        languages=tuple(languages),
        revision=hashlib.sha256(told.encode()).hexdigest()[:16],
    )


def look_at(folder: Path) -> Seen:
    """The files that count, as they are now; empty where there are none. Raises OSError."""
    paths = [folder / name for name in FILES]
    stats = [(path.name, path.stat()) for path in paths if path.is_file()]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


def _json(path: Path) -> Mapping[str, Any]:
    with path.open("rb") as file:
        raw = file.read(MAX_JSON_BYTES)
    try:
        read = json.loads(raw)
    except ValueError as error:
        raise ValueError(f"{path.name} is not JSON") from error
    if not isinstance(read, dict):
        raise ValueError(f"{path.name} is not an object")
    return read


def _contents(path: Path) -> list[tuple[str, int, int]]:
    """Names, sizes and checksums of what a file of torch holds, as its own list of contents has them.

    That list is at the end of the file: one that was cut off has none. Raises OSError, ValueError.
    """
    with path.open("rb") as file:
        if file.read(len(_LEGACY_START)) == _LEGACY_START:  # no list: when it was written must do
            stat = path.stat()
            return [("", stat.st_size, stat.st_mtime_ns)]
        try:
            entries = zipfile.ZipFile(file).infolist()
        except zipfile.BadZipFile as error:
            raise ValueError(f"{path.name} is not a file of torch, or not a whole one") from error
    if not any(entry.filename.endswith("/data.pkl") for entry in entries):
        raise ValueError(f"{path.name} is not a file of torch")
    return [(entry.filename, entry.file_size, entry.CRC) for entry in entries]


class WeightsFolder:
    """One place where weights may lie; read anew only when its files have changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._seen: Seen | None = None
        self._found: Weights | None = None
        self._fault: str | None = None

    def look(self) -> Weights | None:
        """What is there; None when nothing is. Raises ValueError for what cannot be used."""
        with self._lock:
            try:
                seen = look_at(self.folder)
                if seen != self._seen:
                    self._seen, self._found, self._fault = seen, None, None
                    self._found = read_weights(self.folder) if seen else None
            except (OSError, ValueError) as error:
                said = error.strerror if isinstance(error, OSError) else str(error)
                self._fault = said or "they cannot be read"
            if self._fault is not None:
                raise ValueError(self._fault)
            return self._found
