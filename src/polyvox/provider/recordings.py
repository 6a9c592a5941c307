"""Samples as engines read them, and names of what they keep of them, by which it is found again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from polyvox.errors import BadSample

SHOWN = 16
"""Hex digits of a recording's SHA-256 in a name."""


def read_sample(path: Path) -> bytes:
    """The contents of a sample's file. Blocks. Raises BadSample."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadSample(
            f"The sample {path.name} cannot be read: {error.strerror}.", param="voice_samples"
        ) from error


def kept_name(key: str, recordings: Sequence[str]) -> str:
    """A file's name: ``key`` tells all apart; ``recordings`` are the SHA-256 (hex) of what it was
    made of. With up to eight of them it fits what file systems allow."""
    return "-".join((key, *(digest[:SHOWN] for digest in recordings)))


def forget(folder: Path, recordings: Sequence[str]) -> None:
    """Delete the files made of any of the recordings. Blocks. Raises OSError."""
    for digest in recordings:
        for path in folder.glob(f"*-{digest[:SHOWN]}*"):
            path.unlink(missing_ok=True)
