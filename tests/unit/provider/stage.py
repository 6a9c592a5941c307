"""A service on loopback that answers as a test says, and a client for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler

from polyvox.errors import Misconfigured, QuotaExhausted, Refused, Throttled
from polyvox.provider.error_map import ErrorMap, MappedError
from polyvox.provider.rest import RestClient
from tests.emulators.running import serving

RATE = 16_000
ERRORS = ErrorMap(
    service="The service",
    by_code={
        400: MappedError(Refused, "It refused the text."),
        401: MappedError(Misconfigured, "The key is wrong.", "Set another."),
        429: MappedError(Throttled, "Too many requests.", "Ask less."),
    },
    by_words={(429, "out of credit"): MappedError(QuotaExhausted, "The month is used up.")},
)


@dataclass
class Service:
    port: int
    seen: list[str]
    """Paths asked for."""

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def answering(handler: Handler) -> Iterator[Service]:
    """``handler`` answers every path."""
    seen: list[str] = []

    async def note(request: web.Request) -> web.StreamResponse:
        seen.append(request.path)
        return await handler(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", note)
    with serving(app) as port:
        yield Service(port, seen)


@asynccontextmanager
async def client(errors: ErrorMap = ERRORS) -> AsyncIterator[RestClient]:
    rest = RestClient(errors)
    await rest.start()
    try:
        yield rest
    finally:
        await rest.stop()
