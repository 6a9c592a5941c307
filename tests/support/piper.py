"""Piper as a test starts it that is about something else: at once, with what was made before."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import onnxruntime
import pytest

from polyvox.providers.piper import cores

_load = cores._load


def lend_parts(home: Path) -> None:
    """What Piper makes of its voice at the first start is made once for all homes."""
    for name in ("piper", "fault_piper"):
        parts = home / "providers" / name / "parts"
        if not parts.exists():
            parts.parent.mkdir(parents=True, exist_ok=True)
            parts.symlink_to(_parts())


@contextmanager
def kept_warm() -> Iterator[None]:
    """Within it the same file is loaded once, whoever starts Piper over it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cores, "_load", lambda model, threads: _loaded(model.resolve(), threads))
        yield


@cache
def _loaded(model: Path, threads: int) -> onnxruntime.InferenceSession:
    return _load(model, threads)


@cache
def _parts() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="polyvox-parts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
