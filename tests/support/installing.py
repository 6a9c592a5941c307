"""For tests that install voices and models."""

from __future__ import annotations

from pathlib import Path

from polyvox.provider.installing import InstallProgress


def visible(folder: Path) -> list[str]:
    """What lies there, but for what is hidden: parts and locks."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def silent(_: InstallProgress) -> None: ...
