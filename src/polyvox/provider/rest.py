"""Calls to a service over HTTP: one session, refusals translated by the service's table.

Speech has no timeouts here: the router's deadlines are the only ones. Leaving a reply early closes
its connection, which is how the service learns that nobody listens.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any

from polyvox.domain.audio import SAMPLE_BYTES, AudioChunk
from polyvox.errors import BadOutput, ConnectionLost, Unavailable
from polyvox.provider.error_map import ErrorMap, retry_after_s

if TYPE_CHECKING:
    import aiohttp

CONNECT_S = 3.0
KEEP_ALIVE_S = 60.0
MOST_OF_A_REFUSAL = 4096
"""Bytes of an error's body that are looked at."""
_FILE = re.compile(rb'RIFF|ID3[\x02-\x04]|OggS|fLaC|<!DO|<htm|\{"\w\w')
"""How a body begins that is not the raw samples that were asked for: never less than 4 bytes, which
samples have by chance once in millions."""
_FILE_BYTES = 4
_COMPRESSED = tuple(
    f"audio/{name}" for name in ("mpeg", "mp3", "mp4", "aac", "ogg", "opus", "flac")
)
"""An MP3 may begin with any samples; the header is what tells it."""


class RestClient:
    """A session to one service. ``request_id`` names the header with the service's id of a call."""

    def __init__(self, errors: ErrorMap, *, request_id: str = "x-request-id") -> None:
        self._errors = errors
        self._request_id = request_id
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        import aiohttp  # 0.2 s, which only a configured service is worth

        self._session = aiohttp.ClientSession(
            # No limit of connections: the router's callers are the limit.
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_S),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
            auto_decompress=True,
        )

    async def stop(self) -> None:
        """May be called twice, and without a start."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    @asynccontextmanager
    async def send(
        self, method: str, url: str, **content: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Entered with the head of a reply that is not a refusal. ``content`` is aiohttp's.

        Raises Unavailable when the service cannot be reached, ConnectionLost when the connection
        breaks once the request may have arrived, else what the table says.
        """
        import aiohttp

        if self._session is None:
            raise Unavailable(f"{self._errors.service} is not started.")
        try:
            async with self._session.request(
                method, url, allow_redirects=False, **content
            ) as response:
                if response.status >= 300:
                    raise await self._refusal(response)
                try:
                    yield response
                finally:
                    if not response.content.at_eof():
                        response.close()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unavailable(f"{self._errors.service} cannot be reached.") from error
        except aiohttp.ClientError as error:
            raise ConnectionLost(
                f"The connection to {self._errors.service} was lost ({type(error).__name__})."
            ) from error

    async def json(self, method: str, url: str, **content: Any) -> Any:
        """The whole reply, as JSON. Raises BadOutput when it is not, and what ``send`` raises."""
        async with self.send(method, url, **content) as response:
            try:
                return json.loads(await response.read())
            except ValueError as error:
                raise BadOutput(
                    f"{self._errors.service} answered with something that is not JSON."
                ) from error

    async def pcm(
        self, method: str, url: str, *, sample_rate: int, **content: Any
    ) -> AsyncGenerator[AudioChunk, None]:
        """Raw s16le mono samples of ``sample_rate`` (Hz) as they come. Raises BadOutput when the
        reply is not audio, and what ``send`` raises."""
        async with self.send(method, url, **content) as response:
            kind = response.headers.get("Content-Type", "audio/").lower()
            raw = kind.startswith(("audio/", "application/octet-stream"))
            if not raw or kind.startswith(_COMPRESSED):
                raise BadOutput(
                    f"{self._errors.service} answered with {kind[:60]}, not with raw samples."
                )
            pieces = response.content.iter_any()
            # Closed here: one left to the garbage collector is closed by a task of its own.
            async with aclosing(whole_samples(pieces, sample_rate)) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def _refusal(self, response: aiohttp.ClientResponse) -> Exception:
        try:
            said = await response.content.readexactly(MOST_OF_A_REFUSAL)
        except asyncio.IncompleteReadError as error:
            said = error.partial  # the whole body: mostly it is shorter
        headers: Mapping[str, str] = response.headers
        return self._errors.error(
            response.status,
            said=said.decode(errors="replace"),
            retry_after=retry_after_s(headers.get("Retry-After")),
            request_id=headers.get(self._request_id),
        )


async def whole_samples(
    pieces: AsyncIterator[bytes], sample_rate: int
) -> AsyncGenerator[AudioChunk, None]:
    """Chunks of whole 16-bit samples: the byte that a piece has too many begins the next chunk.

    Raises BadOutput when the first bytes are those of a file and not of raw samples.
    """
    held, known = b"", False
    async for piece in pieces:
        held += piece
        if not known and len(held) < _FILE_BYTES:
            continue
        if not known and _FILE.match(held):
            raise BadOutput("The service sent a file where raw samples were asked for.")
        known = True
        whole = len(held) - len(held) % SAMPLE_BYTES
        if whole:
            yield AudioChunk(held[:whole], sample_rate)
        held = held[whole:]
    if len(held) >= SAMPLE_BYTES:  # one sample is all there was
        yield AudioChunk(held[:SAMPLE_BYTES], sample_rate)
