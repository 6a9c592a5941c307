"""Recordings as files, wherever fsspec can put them (``services.sample_ports.BlobStore``).

``{root}/{owner}/{sha256}``: an owner's files are found and deleted together, and two owners never
share one, so what somebody deletes is gone.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from polyvox.errors import BadSample, ConfigError, PolyvoxError
from polyvox.services.sample_ports import BlobRef

OWNER = re.compile(r"[a-z0-9_]{1,64}")
SHA256 = re.compile(r"[0-9a-f]{64}")
T = TypeVar("T")


class FsspecBlobs:
    """``root`` is a folder or an fsspec URL (``s3://bucket/folder``). What is not on this machine is
    copied into ``cache``, a folder for this alone, when it is needed here."""

    def __init__(self, root: str, cache: Path) -> None:
        self._root = root
        self._cache = cache

    async def start(self) -> None:
        """Raises ConfigError where the store's kind is not known, or its package is missing."""
        await asyncio.to_thread(lambda: self._place)

    async def put(self, owner: str, source: Path) -> BlobRef:
        return await self._in_thread(self._put, owner, source)

    async def local(self, owner: str, sha256: str) -> Path:
        return await self._in_thread(self._local, owner, sha256)

    async def delete(self, owner: str, sha256: str | None = None) -> None:
        await self._in_thread(self._delete, owner, sha256)

    async def prune(self, keep: Collection[str]) -> None:
        await self._in_thread(self._prune, keep)

    @cached_property
    def _place(self) -> tuple[Any, str]:
        """The file system, and the root in it."""
        import fsspec  # type: ignore[import-untyped]  # it has no types

        try:
            system, root = fsspec.url_to_fs(self._root)
        except (ValueError, ImportError) as error:
            raise ConfigError(
                "The samples' store cannot be used: its kind is not known here, or its package is "
                "missing.",
                remedy="Write samples.store as a folder or an fsspec URL, and install what fsspec "
                "needs for it: pip install s3fs for s3://.",
            ) from error
        return system, str(root).rstrip("/")

    async def _in_thread(self, work: Callable[..., T], *arguments: object) -> T:
        with _reaching():
            return await asyncio.to_thread(work, *arguments)

    def _path(self, owner: str, sha256: str | None = None) -> str:
        if not OWNER.fullmatch(owner) or not (sha256 is None or SHA256.fullmatch(sha256)):
            raise ValueError("Neither an owner nor a digest is written so")
        _, root = self._place
        return "/".join(filter(None, (root, owner, sha256)))

    @property
    def _is_here(self) -> bool:
        protocol = self._place[0].protocol
        return "file" in ((protocol,) if isinstance(protocol, str) else protocol)

    def _put(self, owner: str, source: Path) -> BlobRef:
        system, _ = self._place
        sha256, size = _digest(source), source.stat().st_size
        target = self._path(owner, sha256)
        if not system.exists(target):
            system.makedirs(self._path(owner), exist_ok=True)
            partial = f"{target}.{secrets.token_hex(4)}.part"
            try:
                system.put_file(str(source), partial)
                system.mv(partial, target)
            except BaseException:
                with suppress(FileNotFoundError):
                    system.rm_file(partial)
                raise
        return BlobRef(sha256, size)

    def _local(self, owner: str, sha256: str) -> Path:
        stored = self._path(owner, sha256)
        if self._is_here:
            if not (path := Path(stored)).is_file():
                raise _lost()
            return path
        path = self._cache / owner / sha256
        if not path.is_file():
            self._copy(stored, path, sha256)
        return path

    def _copy(self, stored: str, path: Path, sha256: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{sha256}.{secrets.token_hex(4)}.part")
        try:
            self._place[0].get_file(stored, str(partial))
            if _digest(partial) != sha256:
                raise _lost()
            os.replace(partial, path)
        except FileNotFoundError:
            raise _lost() from None
        finally:
            partial.unlink(missing_ok=True)
            with suppress(OSError):
                path.parent.rmdir()  # only where nothing came of it

    def _delete(self, owner: str, sha256: str | None) -> None:
        system, _ = self._place
        with suppress(FileNotFoundError):
            system.rm(self._path(owner, sha256), recursive=sha256 is None)
        if sha256 is None:
            shutil.rmtree(self._cache / owner, ignore_errors=True)
        else:
            (self._cache / owner / sha256).unlink(missing_ok=True)

    def _prune(self, keep: Collection[str]) -> None:
        for folder in self._cache.iterdir() if self._cache.is_dir() else ():
            if folder.name not in keep:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _reaching() -> Iterator[None]:
    """Whatever a store's own library raises is one error, which shows no address and no key."""
    try:
        yield
    except (PolyvoxError, ValueError):
        raise
    except Exception as error:
        raise PolyvoxError(
            f"The samples' store cannot be reached ({type(error).__name__}).",
            remedy="Check samples.store, its rights, and that there is room.",
        ) from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _lost() -> BadSample:
    return BadSample(
        "The recording is not in the store any more, or damaged.",
        param="voice_samples",
        remedy="Delete the sample and upload it again.",
    )
