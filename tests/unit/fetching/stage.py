"""Servers on two loopback addresses, of which one plays the public internet and one the private."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any

import trustme
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from polyvox.fetching.addresses import Address
from polyvox.fetching.fetcher import FetchLimits, HostFetcher

PUBLIC, PRIVATE = "127.0.0.1", "127.0.0.2"
NAME, OTHER = "files.test", "other.test"
AUDIO = bytes(range(256)) * 400


def permitted(address: Address) -> bool:
    return address == IPv4Address(PUBLIC)


class Names(AbstractResolver):
    """Answers with the addresses of a name: another list each time it is asked, then the last."""

    def __init__(self, answers: dict[str, list[list[str]]]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.closed = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        if host not in self.answers:
            raise OSError(errno.ENOENT, "no such name")
        lists = self.answers[host]
        found = lists.pop(0) if len(lists) > 1 else lists[0]
        return [_result(host, each, port) for each in found]

    async def close(self) -> None:
        self.closed += 1


def _result(name: str, address: str, port: int) -> ResolveResult:
    kind = socket.AF_INET6 if ":" in address else socket.AF_INET
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=name, host=address, port=port, family=kind, proto=0, flags=flags)


@dataclass
class Stage:
    """``seen``: what the public server was asked; ``intrusions``: connections to the private one."""

    port: int
    trust: ssl.SSLContext
    names: Names
    seen: list[web.Request] = field(default_factory=list)
    intrusions: int = 0

    def fetcher(self, *hosts: str, **options: Any) -> HostFetcher:
        """Of ``hosts``, or of NAME with TLS. It stands for the one of the real internet."""
        options = {
            "limits": FetchLimits(max_bytes=len(AUDIO), total_s=30),
            "resolver": lambda: self.names,
            "permitted": permitted,
            "tls": self.trust,
            **options,
        }
        return HostFetcher(hosts or (f"{NAME}:{self.port}",), **options)

    def url(self, path: str = "/audio", *, host: str = NAME) -> str:
        return f"https://{host}:{self.port}{path}"


@asynccontextmanager
async def staged(
    routes: Sequence[web.RouteDef], *, names: Sequence[str] = (NAME, OTHER)
) -> AsyncIterator[Stage]:
    """The public server answers by ``routes``, with a certificate for ``names``."""
    public, private = _same_port()
    authority = trustme.CA()
    stage = Stage(public.getsockname()[1], ssl.create_default_context(), Names({NAME: [[PUBLIC]]}))
    authority.configure_trust(stage.trust)
    certificate = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(certificate)

    @web.middleware
    async def note(request: web.Request, handler: Any) -> web.StreamResponse:
        stage.seen.append(request)
        answer: web.StreamResponse = await handler(request)
        return answer

    def intruded(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stage.intrusions += 1
        writer.close()

    app = web.Application(middlewares=[note])
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.SockSite(runner, public, ssl_context=certificate).start()
    try:
        async with await asyncio.start_server(intruded, sock=private):
            yield stage
    finally:
        await runner.cleanup()


def _same_port() -> tuple[socket.socket, socket.socket]:
    """Listening on both addresses, at the same port, as a name that changes its address needs it."""
    for _ in range(20):
        public = socket.create_server((PUBLIC, 0))
        try:
            return public, socket.create_server((PRIVATE, public.getsockname()[1]))
        except OSError:
            public.close()
    raise AssertionError("no port is free on both addresses")
