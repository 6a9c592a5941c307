"""A folder that is there whole or not at all: filled beside its place, then moved in."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from polyvox.errors import BadOutput, ConfigError
from polyvox.provider.lock import sole_use

SPARE_BYTES = 16 * 1024**2
"""Left free on the disk besides what is installed."""

T = TypeVar("T")


async def install_folder(
    home: Path,
    *,
    name: str,
    size: int,
    there: Callable[[], T | None],
    fill: Callable[[Path], Awaitable[None]],
    read: Callable[[Path], T],
) -> T:
    """Make ``home`` a folder of ``size`` bytes that ``fill`` has filled; what was there goes.

    ``there`` gives what is installed already: then nothing is done. ``read`` gives what a folder
    holds, and raises OSError or ValueError, with the reason in plain words, where that is nothing
    to install. ``name`` is for messages. What an unsuccessful ``fill`` left is there at the next
    try. Raises Conflict while another process installs the same, ConfigError when the disk is full
    or cannot be written, BadOutput for what ``read`` refuses, and what ``fill`` raises.
    """
    if (found := await asyncio.to_thread(there)) is not None:
        return found
    staging = home.with_name(f".{home.name}.partial")
    await asyncio.to_thread(_make_room, staging, name, size)
    with sole_use(home, f"{name} is being installed already."):
        if (found := await asyncio.to_thread(there)) is not None:
            return found
        await asyncio.to_thread(staging.mkdir, exist_ok=True)
        await fill(staging)
        return await asyncio.to_thread(_move_in, name, staging, home, read)


def _make_room(staging: Path, name: str, size: int) -> None:
    """Raises ConfigError when the folder cannot be made or its files will not fit."""
    try:
        staging.parent.mkdir(parents=True, exist_ok=True)
        staged = sum(path.stat().st_size for path in staging.glob("*") if path.is_file())
        free = shutil.disk_usage(staging.parent).free
    except OSError as error:
        raise ConfigError(f"{staging.parent} cannot be used ({error.strerror}).") from error
    needed = max(0, size - staged) + SPARE_BYTES
    if free < needed:
        raise ConfigError(
            f"The disk is too full for {name}.",
            remedy=f"It needs {needed // 1024**2} MB, and {free // 1024**2} MB are free.",
        )


def _move_in(name: str, staging: Path, home: Path, read: Callable[[Path], T]) -> T:
    try:
        read(staging)
    except (OSError, ValueError) as error:
        shutil.rmtree(staging, ignore_errors=True)
        raise BadOutput(f"{name} cannot be used: {error}.") from error
    try:
        if home.exists():
            shutil.rmtree(home)
        staging.replace(home)
    except OSError as error:
        raise ConfigError(f"{home} cannot be replaced ({error.strerror}).") from error
    return read(home)
