"""Names of files that an engine keeps of recordings, by which they are found when these are deleted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

SHOWN = 16
"""Hex digits of a recording's SHA-256 in a name."""


def kept_name(key: str, recordings: Sequence[str]) -> str:
    """A file's name: ``key`` tells all apart; ``recordings`` are the SHA-256 (hex) of what it was
    made of. With up to eight of them it fits what file systems allow."""
    return "-".join((key, *(digest[:SHOWN] for digest in recordings)))


def forget(folder: Path, recordings: Sequence[str]) -> None:
    """Delete the files made of any of the recordings. Blocks. Raises OSError."""
    for digest in recordings:
        for path in folder.glob(f"*-{digest[:SHOWN]}*"):
            path.unlink(missing_ok=True)
