"""The weights of XTTS v2: fetched as they were published, or taken from a folder of the operator's."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from yarl import URL

from polyvox.errors import ConfigError, Conflict, RequestError
from polyvox.provider.download import STALL_S, RemoteFile, fetch_all, open_session
from polyvox.provider.installing import InstallProgress
from polyvox.provider.lock import sole_use
from polyvox.provider.staging import install_folder
from polyvox.providers.xtts_v2 import published
from polyvox.providers.xtts_v2.weights import FILES, NEEDED, SPEAKERS, Weights, read_weights

NAME = "XTTS v2"
COPY_BLOCK = 16 * 1024**2

Progress = Callable[[InstallProgress], None]


async def install_published(
    home: Path, base_url: str, progress: Progress, *, stall_s: float = STALL_S
) -> Weights:
    """Fetch the published files into ``home``; weights that lie there stay, whatever they are.

    Raises Unavailable when the server cannot be reached or breaks off (the next call goes on
    there), BadOutput for files that are not the published ones, Conflict, ConfigError.
    """
    files = [_remote(file, URL(base_url)) for file in published.PUBLISHED]
    async with open_session(stall_s) as session:
        return await install_folder(
            home,
            name=NAME,
            size=sum(file.size for file in files),
            there=lambda: _usable(home),
            fill=lambda staging: fetch_all(session, files, staging, progress),
            read=read_weights,
        )


def _remote(file: published.PublishedFile, base: URL) -> RemoteFile:
    return RemoteFile(file.name, base / file.name, file.size, file.sha256, "sha256")


def _usable(home: Path) -> Weights | None:
    try:
        return read_weights(home)
    except (OSError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class _Original:
    """A file to take: under which name, and where it really lies."""

    name: str
    path: Path
    size: int
    device: int


async def add_folder(home: Path, source: Path, progress: Progress) -> Weights:
    """Put the weights of ``source`` into ``home``; what was there goes, ``source`` stays as it is.

    Raises RequestError for a folder without weights, Conflict, ConfigError.
    """
    originals = await asyncio.to_thread(_originals, source)
    try:
        return await install_folder(
            home,
            name=NAME,
            size=await asyncio.to_thread(_to_copy, originals, home),
            there=lambda: _same(source, home),
            fill=lambda staging: _take(originals, staging, progress),
            read=read_weights,
        )
    except OSError as error:
        raise ConfigError(f"The files could not be copied ({error.strerror}).") from error


def _originals(source: Path) -> list[_Original]:
    """Symbolic links, which the caches of hubs consist of, are followed. Raises RequestError."""
    try:
        read_weights(source)
        there = [(name, (source / name).resolve()) for name in FILES if (source / name).is_file()]
        stats = [(name, path, path.stat()) for name, path in there]
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        raise RequestError(
            f"{source} cannot be added: {said}.",
            param="folder",
            remedy=f"It must hold {', '.join(NEEDED)} and, for studio speakers, {SPEAKERS}.",
        ) from error
    return [_Original(name, path, stat.st_size, stat.st_dev) for name, path, stat in stats]


def _to_copy(originals: Sequence[_Original], home: Path) -> int:
    """Bytes that lie on another disk than ``home`` will."""
    device = next(path for path in home.absolute().parents if path.exists()).stat().st_dev
    return sum(original.size for original in originals if original.device != device)


def _same(source: Path, home: Path) -> Weights | None:
    return read_weights(home) if home.exists() and source.samefile(home) else None


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


def remove(home: Path) -> bool:
    """Delete the weights, and what a broken-off download left; False where there was neither.

    Raises Conflict, ConfigError.
    """
    folders = [home, home.with_name(f".{home.name}.partial")]
    there = [folder for folder in folders if folder.exists()]
    if not there:
        return False
    try:
        with sole_use(home.with_name(f".{home.name}.lock")) as ours:
            if not ours:
                raise Conflict(f"{NAME} is being installed just now.")
            for folder in there:
                shutil.rmtree(folder)
    except OSError as error:
        raise ConfigError(f"{home} cannot be deleted ({error.strerror}).") from error
    return True
