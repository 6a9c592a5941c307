"""The published list of Piper voices (``voices.json``), read with distrust: it names files to write."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yarl import URL

from polyvox.errors import BadOutput, UnknownVoice
from polyvox.provider.download import RemoteFile

MAX_CATALOGUE_BYTES = 16 * 1024**2
MAX_FILE_BYTES = 1024**3
SUGGESTIONS = 5
_KEY = re.compile(r"[^\W_][\w+-]*")
_DIGEST = re.compile(r"[0-9a-f]{32}")
CARD = "MODEL_CARD"


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
            near = difflib.get_close_matches(voice_id, list(self._voices), SUGGESTIONS, 0.5)
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
