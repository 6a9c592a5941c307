"""The key of a segment: a digest of everything that changes its sound."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from polyvox.domain.written import Part, Pause, Pronunciation, Style
from polyvox.errors import BadSample
from polyvox.provider.base import SettingsT, Utterance

SCHEMA_VERSION = 2
"""Raise it when what goes into the key changes: no older entry is found any more."""
SAMPLE_DIGESTS_KEPT = 1024
"""Digests of sample files remembered by this process."""


async def compute_segment_key(
    *, provider: str, revision: str, utterance: Utterance[SettingsT], normaliser: str
) -> str:
    """SHA-256 (64 hex digits) of what ``provider`` is asked to say, and of all that shapes it.

    ``revision`` is the provider's ``revision(voice)``, ``normaliser`` the version of the text
    cleaning. Samples count by their content and order, not their path; they are read in a thread.
    Raises BadSample.
    """
    digests: tuple[str, ...] = ()
    if utterance.samples:
        digests = await asyncio.to_thread(sample_digests, utterance.samples)
    parts = {
        "schema": SCHEMA_VERSION,
        "provider": provider,
        "revision": revision,
        "text": utterance.text,
        "language": utterance.language,
        "voice": utterance.voice,
        "settings": utterance.settings.model_dump(mode="json"),
        "samples": digests,
        "before": utterance.before,
        "normaliser": normaliser,
    }
    if utterance.instructions is not None:
        parts["instructions"] = utterance.instructions
    if utterance.parts:
        parts["parts"] = [_part(each) for each in utterance.parts]
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # Lone surrogates stay apart from the character that a pair of them would escape to.
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _part(part: Part) -> object:
    if isinstance(part, Pause):
        return part.ms
    if isinstance(part, Style):
        return {"style": part.name}
    return [part.written, part.spoken, part.ipa] if isinstance(part, Pronunciation) else part


def sample_digests(paths: Iterable[Path]) -> tuple[str, ...]:
    """SHA-256 of each file's bytes; an unchanged file is read once. Blocks. Raises BadSample."""
    try:
        return tuple(_sample_digest(path) for path in paths)
    except OSError as error:
        raise BadSample("A voice sample cannot be read.", param="voice_samples") from error


def _sample_digest(path: Path) -> str:
    stat = os.stat(path)
    return _content_digest(path, stat.st_size, stat.st_mtime_ns, stat.st_ino)


@lru_cache(maxsize=SAMPLE_DIGESTS_KEPT)
def _content_digest(path: Path, size: int, mtime_ns: int, inode: int) -> str:
    """All but ``path`` are there to tell one content of the file from another."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
