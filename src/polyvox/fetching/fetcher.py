"""Fetches one file from a host that the operator allows. Loads aiohttp: import it lazily."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from ssl import SSLContext
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from polyvox.errors import BadSample
from polyvox.fetching.addresses import Address, is_public
from polyvox.fetching.origins import allowed_origins, check_url
from polyvox.fetching.resolver import CheckedResolver

MAX_REDIRECTS: Final = 3
OK: Final = 200
REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
BLOCK: Final = 1 << 16
HEADERS: Final = {"Accept": "audio/*, */*;q=0.1", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """``max_bytes`` of a file; ``total_s`` from the first look-up to the last byte."""

    max_bytes: int = 50 << 20
    total_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """``size`` in bytes, ``sha256`` in hex."""

    size: int
    sha256: str


class HostFetcher:
    """Fetches from ``hosts`` (see ``origins.allowed_origins``) and from nobody else.

    Names are resolved here, each address must be ``permitted``, and the connection goes to the one
    that was looked at; a redirect is a new address to which all of this applies. Proxies, cookies
    and passwords of the environment are not used. What arrives is written, never interpreted.
    ``resolver``, ``permitted`` and ``tls`` are the system's, the public internet and the system's
    trust where they are not given.
    """

    def __init__(
        self,
        hosts: Iterable[str],
        limits: FetchLimits | None = None,
        *,
        resolver: Callable[[], AbstractResolver] = aiohttp.ThreadedResolver,
        permitted: Callable[[Address], bool] = is_public,
        tls: SSLContext | None = None,
    ) -> None:
        """Raises ConfigError for an entry of ``hosts`` that is not the name of one."""
        self._allowed = allowed_origins(hosts)
        self._limits = limits or FetchLimits()
        self._resolver = resolver
        self._permitted = permitted
        self._tls: SSLContext | bool = tls or True

    async def fetch(self, url: str, into: Path) -> Fetched:
        """Write what lies at ``url`` to ``into``, which is gone again when that fails.

        Raises BadSample for an address that may not be asked, for one that gives no file, and for
        a file beyond a limit; none quotes the address.
        """
        address = check_url(url, self._allowed)
        try:
            with self._told():
                async with asyncio.timeout(self._limits.total_s), self._session() as session:
                    return await self._follow(session, address, into)
        except BaseException:
            await asyncio.to_thread(into.unlink, missing_ok=True)
            raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Faults in our words: aiohttp's hold the address."""
        try:
            yield
        except TimeoutError:
            seconds = f"{self._limits.total_s:g} s (samples.fetch_s)"
            raise _failed(f"The file did not arrive within {seconds}.") from None
        except aiohttp.ClientSSLError:
            raise _failed("Its host shows no certificate that is trusted here.") from None
        except aiohttp.ClientConnectorError:
            raise _failed("Its host cannot be reached.") from None
        except aiohttp.ClientError as error:
            kind = type(error).__name__
            raise _failed(f"The connection to its host broke off ({kind}).") from None

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[aiohttp.ClientSession]:
        """One for each fetch: no connection and no answer of a resolver is used again."""
        resolver = CheckedResolver(self._resolver(), self._permitted)
        connector = aiohttp.TCPConnector(
            resolver=resolver, use_dns_cache=False, force_close=True, ssl=self._tls
        )
        try:
            async with aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=HEADERS,
                auto_decompress=False,
                trust_env=False,
                timeout=aiohttp.ClientTimeout(total=None),
            ) as session:
                yield session
        finally:
            await resolver.close()

    async def _follow(self, session: aiohttp.ClientSession, url: URL, into: Path) -> Fetched:
        for _ in range(MAX_REDIRECTS + 1):
            async with session.get(url, allow_redirects=False) as response:
                if response.status not in REDIRECTS:
                    return await self._receive(response, into)
                url = check_url(_target(response), self._allowed)
        raise BadSample(f"The address leads on more than {MAX_REDIRECTS} times.", param="url")

    async def _receive(self, response: aiohttp.ClientResponse, into: Path) -> Fetched:
        if response.status != OK:
            raise BadSample(f"Its host answered with status {response.status}.", param="url")
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise BadSample("Its host sends the file compressed.", param="url")
        self._check_size(response.content_length or 0)
        size, digest = 0, hashlib.sha256()
        # In a thread it would be open, or even be there, after who asked for it has left.
        with into.open("wb") as file:
            async for block in response.content.iter_chunked(BLOCK):
                size += len(block)
                self._check_size(size)
                digest.update(block)
                await asyncio.to_thread(file.write, block)
        if not size:
            raise BadSample("There is nothing at the address.", param="url")
        return Fetched(size, digest.hexdigest())

    def _check_size(self, size: int) -> None:
        if size > self._limits.max_bytes:
            raise BadSample(
                f"The file is larger than {self._limits.max_bytes} bytes (samples.max_bytes).",
                param="url",
            )


def _target(response: aiohttp.ClientResponse) -> str:
    """Where a redirect leads. Raises BadSample."""
    with suppress(KeyError, ValueError):
        return str(response.url.join(URL(response.headers["Location"])))
    raise BadSample("The address leads on to nowhere.", param="url")


def _failed(message: str) -> BadSample:
    return BadSample(message, param="url", remedy="Check the address, or upload the file.")
