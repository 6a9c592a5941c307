"""The files of a model: fetched as they were published, or taken from a folder of the operator's.

Loads aiohttp: import it lazily.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from yarl import URL

from polyvox.errors import ConfigError, RequestError
from polyvox.provider.download import STALL_S, RemoteFile, fetch_all, open_session, stated
from polyvox.provider.installing import InstallProgress
from polyvox.provider.lock import sole_use
from polyvox.provider.model_store import Progress, PublishedFile, Release
from polyvox.provider.staging import install_folder
from polyvox.provider.weights import Layout, WeightsT

COPY_BLOCK = 16 * 1024**2
FETCHED = "fetched.json"
"""Beside weights whose digests only their server states: what it stated, and where."""


async def install_release(
    home: Path,
    name: str,
    release: Release,
    layout: Layout[WeightsT],
    progress: Progress,
    *,
    stall_s: float = STALL_S,
) -> WeightsT:
    """Fetch the published files into ``home``; weights that lie there stay, whatever they are.

    Raises Unavailable when the server cannot be reached or breaks off (the next call goes on
    there), BadOutput for files that are not the published ones, Conflict, ConfigError.
    """

    async def fill(staging: Path) -> None:
        await asyncio.to_thread(_discard_others, staging, release)
        files = [await _remote(session, file, release.base_url) for file in release.files]
        await fetch_all(session, files, staging, progress)
        if any(file.sha256 is None for file in release.files):
            await asyncio.to_thread(_record, files, staging / FETCHED)

    def there() -> WeightsT | None:
        try:
            return layout.read(home)
        except (OSError, ValueError):
            return None

    async with open_session(stall_s) as session:
        return await install_folder(
            home, name=name, size=release.size, there=there, fill=fill, read=layout.read
        )


def _discard_others(staging: Path, release: Release) -> None:
    """What a download of another release left when it broke off."""
    names = {file.name for file in release.files}
    for path in staging.iterdir():
        if path.name.removesuffix(".part") not in names:
            path.unlink()


async def _remote(session: aiohttp.ClientSession, file: PublishedFile, base: str) -> RemoteFile:
    url = URL(base) / file.name
    if file.size is None or file.sha256 is None:
        return await stated(session, file.name, url)
    return RemoteFile(file.name, url, file.size, file.sha256, "sha256")


def _record(files: Sequence[RemoteFile], path: Path) -> None:
    told = [
        {"url": str(file.url), "size": file.size, file.algorithm: file.digest} for file in files
    ]
    path.write_text(json.dumps(told, indent=2) + "\n")


@dataclass(frozen=True, slots=True)
class _Original:
    """A file to take: under which name, and where it really lies."""

    name: str
    path: Path
    size: int
    device: int


async def add_folder(
    home: Path, name: str, source: Path, layout: Layout[WeightsT], progress: Progress
) -> WeightsT:
    """Put the weights of ``source`` into ``home``; what was there goes, ``source`` stays as it is.

    Raises RequestError for a folder without weights, Conflict, ConfigError.
    """
    originals = await asyncio.to_thread(_originals, source, layout)
    try:
        return await install_folder(
            home,
            name=name,
            size=await asyncio.to_thread(_to_copy, originals, home),
            there=lambda: layout.read(home) if home.exists() and source.samefile(home) else None,
            fill=lambda staging: _take(originals, staging, progress),
            read=layout.read,
        )
    except OSError as error:
        raise ConfigError(f"The files could not be copied ({error.strerror}).") from error


def _originals(source: Path, layout: Layout[WeightsT]) -> list[_Original]:
    """Symbolic links, which the caches of hubs consist of, are followed. Raises RequestError."""
    try:
        layout.read(source)
        there = [(name, path.resolve()) for name, path in layout.files(source).items()]
        stats = [(name, path, path.stat()) for name, path in there]
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        raise RequestError(
            f"{source} cannot be added: {said}.",
            param="folder",
            remedy=f"It must hold {layout.holds}.",
        ) from error
    return [_Original(name, path, stat.st_size, stat.st_dev) for name, path, stat in stats]


def _to_copy(originals: Sequence[_Original], home: Path) -> int:
    """Bytes that lie on another disk than ``home`` will."""
    device = next(path for path in home.absolute().parents if path.exists()).stat().st_dev
    return sum(original.size for original in originals if original.device != device)


async def _take(originals: Sequence[_Original], staging: Path, progress: Progress) -> None:
    """A hard link to each file, or a copy where that cannot be.

    A link takes no room and no time, and it outlives the original's name: the folder may be moved
    or deleted afterwards. Nothing here ever writes to these files.
    """
    try:
        for left in await asyncio.to_thread(lambda: list(staging.iterdir())):
            await asyncio.to_thread(left.unlink)  # of a download that broke off
        for original in originals:
            await _take_file(original, staging / original.name, progress)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


async def _take_file(original: _Original, target: Path, progress: Progress) -> None:
    def tell(done: int) -> None:
        progress(InstallProgress(original.name, done, original.size))

    tell(0)
    try:
        await asyncio.to_thread(os.link, original.path, target)
    except OSError:  # another disk, or one without links, or somebody else's file
        await _copy(original.path, target, tell)
    tell(original.size)


async def _copy(original: Path, target: Path, tell: Callable[[int], None]) -> None:
    with (
        await asyncio.to_thread(original.open, "rb") as data,
        await asyncio.to_thread(target.open, "wb") as out,
    ):
        while block := await asyncio.to_thread(data.read, COPY_BLOCK):
            await asyncio.to_thread(out.write, block)
            tell(out.tell())


def remove(home: Path, name: str) -> bool:
    """Delete the weights, and what a broken-off download left; False where there was neither.

    Raises Conflict, ConfigError.
    """
    folders = [home, home.with_name(f".{home.name}.partial")]
    there = [folder for folder in folders if folder.exists()]
    if not there:
        return False
    try:
        with sole_use(home, f"{name} is being installed just now."):
            for folder in there:
                shutil.rmtree(folder)
    except OSError as error:
        raise ConfigError(f"{home} cannot be deleted ({error.strerror}).") from error
    return True
