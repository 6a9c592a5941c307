"""Breaking off what is under way with a provider that is taken out of service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from polyvox.errors import ConnectionLost


class Recall:
    """Stopping a provider need not end its streams (aiohttp's session leaves their readers waiting,
    a plugin may forget them), so nobody relies on that."""

    def __init__(self, why: str) -> None:
        self._why = why
        self._called = False
        self._heeding: set[asyncio.Timeout] = set()

    def call(self) -> None:
        """For good, and for all that heed it."""
        self._called = True
        now = asyncio.get_running_loop().time()
        for limit in self._heeding:
            limit.reschedule(now)

    @asynccontextmanager
    async def heeded(self) -> AsyncIterator[None]:
        """Around work of one task, and no ``yield``: what waits outside is not broken off. Raises
        ConnectionLost once called: a service may have counted it."""
        if self._called:
            raise ConnectionLost(self._why)
        try:
            async with asyncio.timeout(None) as limit:
                self._heeding.add(limit)
                try:
                    yield
                finally:
                    self._heeding.discard(limit)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise ConnectionLost(self._why) from error
