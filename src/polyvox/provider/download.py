"""Files over HTTP, going on where an earlier try was cut off. Loads aiohttp: import it lazily."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import aiohttp
from yarl import URL

from polyvox.errors import BadOutput, ConfigError, Unavailable
from polyvox.provider.installing import InstallProgress

TRIES = 3
"""How often a connection may be cut without GAIN bytes having arrived in between."""
CONNECT_S, STALL_S = 15.0, 30.0
BLOCK = GAIN = 1024**2
RETRY_REMEDY = "Run the same command again: it goes on where it stopped."
OK, PARTIAL, UNSATISFIABLE = 200, 206, 416
REDIRECTS = {301, 302, 307, 308}
HOPS = 4
SHA256_DIGITS = 64


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file to fetch: its plain name, address, size in bytes, and published digest in lower-case
    hex; ``git`` is git's own of a file, a SHA-1 that begins with its size."""

    name: str
    url: URL
    size: int
    digest: str
    algorithm: Literal["md5", "sha256", "git"]


def open_session(stall_s: float = STALL_S) -> aiohttp.ClientSession:
    """``stall_s``: seconds without a byte after which a connection counts as cut."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=stall_s)
    # Files as they are: a range of a compressed body would be a range of something else.
    return aiohttp.ClientSession(timeout=timeout, headers={"Accept-Encoding": "identity"})


async def fetch_small(session: aiohttp.ClientSession, url: URL, limit: int) -> bytes:
    """The body, at most ``limit`` bytes. Raises Unavailable, BadOutput beyond the limit."""
    try:
        async with session.get(url) as response:
            _accept(response, url)
            body = bytearray()
            async for data in response.content.iter_chunked(BLOCK):
                body += data
                if len(body) > limit:
                    raise BadOutput(f"{url} is larger than {limit} bytes.")
            return bytes(body)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise _cut(url, error) from error


async def stated(session: aiohttp.ClientSession, name: str, url: URL) -> RemoteFile:
    """The file at ``url``, by the size and digest that a hub of Hugging Face's kind states for it.

    It states them before it sends on to another host, where the file lies: the SHA-256 of a large
    file, git's digest of a small one. Raises Unavailable, BadOutput where they are not stated.
    """
    tag, size = await _linked(session, url)
    tag = tag.removeprefix("W/").strip('"')
    if not re.fullmatch("[0-9a-f]{64}|[0-9a-f]{40}", tag) or not size.isdecimal():
        raise BadOutput(
            f"{url.host} states no digest of {name}: what it sends could not be checked.",
            remedy="Take base_url out of the configuration, or add the files from a folder.",
        )
    return RemoteFile(name, url, int(size), tag, "sha256" if len(tag) == SHA256_DIGITS else "git")


async def _linked(session: aiohttp.ClientSession, url: URL) -> tuple[str, str]:
    """Tag and size that the host of ``url`` itself states. Raises Unavailable."""
    asked = url
    try:
        for _ in range(HOPS):
            async with session.head(asked, allow_redirects=False) as response:
                told = response.headers
                if "X-Linked-Etag" in told:
                    return told["X-Linked-Etag"], told.get("X-Linked-Size", "")
                leads = asked.join(URL(told.get("Location", "")))
                if response.status not in REDIRECTS or leads.origin() != url.origin():
                    _accept(response, url)
                    return told.get("ETag", ""), told.get("Content-Length", "")
                asked = leads
    except (aiohttp.ClientError, TimeoutError) as error:
        raise _cut(url, error) from error
    raise Unavailable(f"{url} leads in circles.")


async def fetch_all(
    session: aiohttp.ClientSession,
    files: Sequence[RemoteFile],
    folder: Path,
    progress: Callable[[InstallProgress], None],
) -> None:
    """Every one of ``files`` into ``folder``, but those that an earlier try has fetched.

    Raises as :func:`fetch` does.
    """
    for file in files:

        def tell(done: int, file: RemoteFile = file) -> None:
            progress(InstallProgress(file.name, done, file.size))

        path = folder / file.name
        if not await asyncio.to_thread(_holds, path, file):
            tell(0)
            await fetch(session, file, path, tell)
        tell(file.size)


async def fetch(
    session: aiohttp.ClientSession,
    file: RemoteFile,
    path: Path,
    progress: Callable[[int], None],
) -> None:
    """Make ``path`` hold ``file``, by way of ``path.part``; ``progress`` is told the bytes so far.

    Raises Unavailable (the part stays), BadOutput for another size or digest (the part goes),
    ConfigError when the disk is full.
    """
    part = path.with_name(path.name + ".part")
    resumed = await asyncio.to_thread(_size, part) > 0
    await _complete(session, file, part, progress)
    settled = await asyncio.to_thread(_settle, file, part, path)
    if not settled and resumed:  # the part may have been of another version: all of it again
        await _complete(session, file, part, progress)
        settled = await asyncio.to_thread(_settle, file, part, path)
    if not settled:
        raise BadOutput(
            f"{file.name} arrived damaged: its digest is not the published one.",
            remedy="Run the same command again.",
        )


async def _complete(
    session: aiohttp.ClientSession, file: RemoteFile, part: Path, progress: Callable[[int], None]
) -> None:
    """Fetch what is missing of ``part``, over as many connections as it takes."""
    failures = 0
    while (have := await asyncio.to_thread(_size, part)) < file.size:
        try:
            await _go_on(session, file, part, have, progress)
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            gained = await asyncio.to_thread(_size, part) - have
            failures = 0 if gained >= GAIN else failures + 1
            if failures >= TRIES:
                raise _cut(file.url, error) from error
        except OSError as error:
            raise _disk(error) from error


async def _go_on(
    session: aiohttp.ClientSession,
    file: RemoteFile,
    part: Path,
    have: int,
    progress: Callable[[int], None],
) -> None:
    headers = {"Range": f"bytes={have}-"} if have else {}
    async with session.get(file.url, headers=headers) as response:
        resumed = response.status == PARTIAL and _starts_at(response, have)
        if have and response.status in {PARTIAL, UNSATISFIABLE} and not resumed:
            await asyncio.to_thread(part.unlink)  # and from the beginning
            return
        _accept(response, file.url)
        got = have if resumed else 0
        with await asyncio.to_thread(part.open, "ab" if resumed else "wb") as out:
            async for data in response.content.iter_chunked(BLOCK):
                got += len(data)
                if got > file.size:
                    break
                await asyncio.to_thread(out.write, data)
                progress(got)
    if got > file.size:
        await asyncio.to_thread(part.unlink)
        raise BadOutput(f"{file.url} is larger than the {file.size} bytes that are published.")
    if got < file.size:
        raise aiohttp.ServerDisconnectedError


def _starts_at(response: aiohttp.ClientResponse, start: int) -> bool:
    return response.headers.get("Content-Range", "").startswith(f"bytes {start}-")


def _accept(response: aiohttp.ClientResponse, asked: URL) -> None:
    """Raises Unavailable for an answer without the file, or by way of an unsafe address."""
    if asked.scheme == "https" and any(r.url.scheme != "https" for r in response.history):
        raise Unavailable(f"{asked} led to an address without TLS.")
    if asked.scheme == "https" and response.url.scheme != "https":
        raise Unavailable(f"{asked} led to an address without TLS.")
    if response.status not in {OK, PARTIAL}:
        raise Unavailable(
            f"{asked} answered with status {response.status}.",
            remedy="Try again later, or from another address: it is an option of the provider.",
        )


def _settle(file: RemoteFile, part: Path, path: Path) -> bool:
    """Give the part its name if it is the published file, else delete it."""
    if not _holds(part, file):
        part.unlink()
        return False
    part.replace(path)
    return True


def _holds(path: Path, file: RemoteFile) -> bool:
    if not path.exists() or path.stat().st_size != file.size:
        return False
    digest = _hasher(file)
    with path.open("rb") as data:
        while block := data.read(BLOCK):
            digest.update(block)
    return digest.hexdigest() == file.digest


def _hasher(file: RemoteFile) -> hashlib._Hash:
    """For what is published, be it MD5."""
    if file.algorithm == "git":
        return hashlib.sha1(f"blob {file.size}\0".encode(), usedforsecurity=False)
    return hashlib.new(file.algorithm, usedforsecurity=False)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _cut(url: URL, error: Exception) -> Unavailable:
    said = "sent nothing for too long" if isinstance(error, TimeoutError) else "broke off"
    return Unavailable(f"The connection to {url.host} {said}.", remedy=RETRY_REMEDY)


def _disk(error: OSError) -> ConfigError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return ConfigError("The disk is full.", remedy=f"Make room. {RETRY_REMEDY}")
    return ConfigError(f"The file could not be written ({error.strerror}).")
