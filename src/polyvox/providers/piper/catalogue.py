"""The published list of Piper voices (``voices.json``), read with distrust: it names files to write."""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yarl import URL

from polyvox.domain.language import BadLanguageTag, normalize
from polyvox.errors import BadOutput, UnknownVoice
from polyvox.provider.download import RemoteFile
from polyvox.provider.installing import OfferedVoice
from polyvox.providers.piper.config import ESPEAK, JAPANESE, PINYIN, lacking, section

MAX_CATALOGUE_BYTES = 16 * 1024**2
MAX_FILE_BYTES = 1024**3
SUGGESTIONS = 5
_KEY = re.compile(r"[^\W_][\w+-]*")
_DIGEST = re.compile(r"[0-9a-f]{32}")
CARD = "MODEL_CARD"
UNTOLD_PHONEMES = {
    "ja_JP-hi_fi_captain-medium": JAPANESE,
    "zh_CN-chaowen-medium": PINYIN,
    "zh_CN-xiao_ya-medium": PINYIN,
}
"""Published voices that need more than espeak-ng; the catalogue does not say it, their configs do."""


@dataclass(frozen=True, slots=True)
class CatalogueVoice:
    """``files`` hold the model first; the config and, where there is one, the card follow."""

    id: str
    files: tuple[RemoteFile, ...]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


class Catalogue:
    """Voices by id. Paths are taken as relative to the folder of ``url``."""

    def __init__(self, raw: bytes, url: URL) -> None:
        """Raises BadOutput when ``raw`` is not a catalogue."""
        try:
            listed = json.loads(raw)
        except ValueError as error:
            raise BadOutput("The catalogue of voices is not JSON.") from error
        if not isinstance(listed, dict):
            raise BadOutput("The catalogue of voices is not an object.")
        self._voices: Mapping[str, Any] = listed
        self._base = url.with_query(None).parent

    def ids(self) -> list[str]:
        return sorted(self._voices)

    def find(self, voice_id: str) -> CatalogueVoice:
        """By id or alias. Raises UnknownVoice with near names, BadOutput for an entry not to be trusted."""
        key = voice_id if voice_id in self._voices else self._aliases().get(voice_id)
        if key is None:
            near = self._near(voice_id)
            raise UnknownVoice(
                f"The catalogue has no voice '{voice_id[:100]}'.",
                param="voice",
                remedy=f"Near it: {', '.join(near)}." if near else None,
            )
        try:
            return self._trusted(key, self._voices[key])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadOutput(
                f"The catalogue's entry of {key[:100]} is not to be trusted."
            ) from error

    def offers(self, folder: Path) -> list[OfferedVoice]:
        """What is known of each voice, were it installed in its folder in ``folder``; sorted by id."""
        return [_offer(key, self._voices[key], folder / key) for key in self.ids()]

    def _near(self, voice_id: str) -> list[str]:
        """Ids with these letters in them, whatever their accents; else those that look like it."""
        wanted = _folded(voice_id)
        inside = [key for key in self.ids() if wanted and wanted in _folded(key)]
        return inside[:SUGGESTIONS] or difflib.get_close_matches(
            voice_id, list(self._voices), SUGGESTIONS, 0.5
        )

    def _aliases(self) -> dict[str, str]:
        return {
            str(alias): key
            for key, entry in self._voices.items()
            if isinstance(entry, dict) and isinstance(entry.get("aliases"), list)
            for alias in entry["aliases"]
        }

    def _trusted(self, key: str, entry: Mapping[str, Any]) -> CatalogueVoice:
        """Raises ValueError and its like for anything but the expected files in plain folders."""
        if not _KEY.fullmatch(key):
            raise ValueError("key")
        names = [f"{key}.onnx", f"{key}.onnx.json", CARD]
        found: dict[str, RemoteFile] = {}
        for path, about in entry["files"].items():
            *folders, name = path.split("/")
            if not all(folder and folder.strip(".") for folder in folders):
                raise ValueError("path")
            if name in names:
                found[name] = self._file(path, name, about)
        return CatalogueVoice(key, tuple(found[n] for n in names if n != CARD or n in found))

    def _file(self, path: str, name: str, about: Mapping[str, Any]) -> RemoteFile:
        size, md5 = int(about["size_bytes"]), str(about["md5_digest"]).lower()
        if not 0 < size <= MAX_FILE_BYTES or not _DIGEST.fullmatch(md5):
            raise ValueError("size or digest")
        return RemoteFile(name, self._base.joinpath(*path.split("/")), size, md5, "md5")


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def _offer(key: str, entry: Any, folder: Path) -> OfferedVoice:
    entry = entry if isinstance(entry, dict) else {}
    kind = str(entry.get("phoneme_type") or UNTOLD_PHONEMES.get(key, ESPEAK))
    reason = lacking(kind, folder)
    speakers = entry.get("num_speakers")
    return OfferedVoice(
        key,
        languages=_languages(key, entry),
        quality=str(entry["quality"]) if entry.get("quality") else None,
        speakers=speakers if isinstance(speakers, int) else None,
        size_bytes=_size(entry),
        unusable=f"Its phonemes are of the type '{kind}', {reason}." if reason else None,
    )


def _languages(key: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    """By the entry, else by the id: ``de_DE-thorsten-high``."""
    try:
        return (normalize(str(section(entry, "language").get("code") or key.split("-")[0])),)
    except BadLanguageTag:
        return ()


def _size(entry: Mapping[str, Any]) -> int | None:
    """Of all its files."""
    files = section(entry, "files").values()
    sizes = [file.get("size_bytes") if isinstance(file, dict) else None for file in files]
    known = [size for size in sizes if isinstance(size, int)]
    return sum(known) if known and len(known) == len(sizes) else None
