"""Piper as an engine: voices loaded when first asked for, spoken sentence by sentence."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from polyvox.domain.audio import AudioChunk
from polyvox.errors import BadOutput, Misconfigured, UnknownVoice
from polyvox.hosting.engine import Cancelled, EngineJob
from polyvox.providers.piper.pausing import pieces
from polyvox.providers.piper.settings import PiperOptions
from polyvox.providers.piper.voices import InstalledVoice, Shelf

if TYPE_CHECKING:
    from polyvox.providers.piper.loaded import LoadedVoice
    from polyvox.providers.piper.loading import Loader

_log = logging.getLogger(__name__)


class PiperEngine:
    """Speaks with the voices of ``shelf``; ``folder`` is where their parts may be kept.

    Of the settings it reads ``speed`` and ``speaker_id``. The most recently used
    ``loaded_voices`` stay in memory (about 95 MB each).
    """

    def __init__(self, shelf: Shelf, folder: Path, options: PiperOptions) -> None:
        self._shelf = shelf
        self._folder = folder
        self._options = options
        self._loader: Loader | None = None
        self._loaded: OrderedDict[str, _Slot] = OrderedDict()
        self._lock = threading.Lock()

    def load(self) -> None:
        """Look for voices and load the first that can be, so that the first request is quick."""
        from polyvox.providers.piper.cores import Cores
        from polyvox.providers.piper.loading import Loader
        from polyvox.providers.piper.settings import usable_cores

        self._loader = Loader(self._folder, Cores(usable_cores(), self._options.threads))
        self._shelf.refresh()
        for voice in list(self._shelf.found.voices):
            try:
                self._voice(voice)
            except Misconfigured as error:
                _log.warning("%s", error)
            else:
                return

    def synthesize(self, job: EngineJob, cancelled: Cancelled) -> Iterator[AudioChunk]:
        """Raises UnknownVoice, Misconfigured for files that cannot be loaded, BadOutput for a text that
        the voice has no sounds for, and Refused for one that it would lose letters of."""
        voice = self._voice(job.voice)
        speed, speaker = float(job.settings["speed"]), int(job.settings["speaker_id"])
        # All of it before any is heard: what cannot be spelled is refused while others may take over.
        spelled = [
            part if isinstance(part, int) else list(voice.sentences(part)) for part in pieces(job)
        ]
        for part in spelled:
            if isinstance(part, int):
                yield voice.silence(part)
                continue
            for ids in part:
                yield from voice.speak(ids, speed, speaker, cancelled)
        if not any(isinstance(part, list) and part for part in spelled):
            raise BadOutput(f"The voice {job.voice} has no sounds for this text.")

    def _voice(self, voice_id: str | None) -> LoadedVoice:
        installed = self._shelf.found.voices.get(voice_id or "")
        if installed is None:
            raise UnknownVoice(f"The voice '{voice_id}' is no longer installed.", param="voice")
        with self._lock:
            slot = self._loaded.setdefault(installed.revision, _Slot())
            self._loaded.move_to_end(installed.revision)
            while len(self._loaded) > self._options.loaded_voices:
                self._loaded.popitem(last=False)
        with slot.lock:  # who else asks for this voice waits; other voices go on
            if slot.voice is None:
                slot.voice = self._load(installed)
            return slot.voice

    def _load(self, installed: InstalledVoice) -> LoadedVoice:
        if self._loader is None:
            raise Misconfigured("The engine has not been loaded.")
        try:
            return self._loader.load(installed)
        except MemoryError:
            raise
        except Exception as error:
            reason = f"it cannot be loaded ({type(error).__name__})"
            self._shelf.reject(installed, reason)
            raise Misconfigured(
                f"The voice {installed.id} is broken: {reason}.",
                remedy=f"Install it again: polyvox voices install piper {installed.id}",
            ) from error


class _Slot:
    """A voice being loaded, or loaded."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.voice: LoadedVoice | None = None
