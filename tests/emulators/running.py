"""An emulator over HTTP on a loopback port, in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

START_S = 30.0


@contextmanager
def in_thread(
    serve: Callable[[Callable[[int], None], asyncio.Event], Coroutine[Any, Any, None]],
) -> Iterator[int]:
    """Run ``serve(ready, stop)`` in a loop of its own; gives the port it called ``ready`` with."""
    ports: list[int] = []
    started = threading.Event()
    loops: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def ready(port: int) -> None:
        ports.append(port)
        started.set()

    async def main() -> None:
        stop = asyncio.Event()
        loops.append((asyncio.get_running_loop(), stop))
        await serve(ready, stop)

    thread = threading.Thread(target=asyncio.run, args=[main()], name="emulator")
    thread.start()
    try:
        assert started.wait(START_S), "the emulator did not start"
        yield ports[0]
    finally:
        if loops:
            loop, stop = loops[0]
            loop.call_soon_threadsafe(stop.set)
        thread.join(START_S)
        assert not thread.is_alive(), "the emulator did not stop"


@contextmanager
def serving(app: web.Application) -> Iterator[int]:
    """The port that ``app`` answers on. Handlers whose client leaves are cancelled."""

    async def serve(ready: Callable[[int], None], stop: asyncio.Event) -> None:
        runner = web.AppRunner(
            app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1
        )
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port: int = runner.addresses[0][1]
        ready(port)
        await stop.wait()
        await runner.cleanup()

    with in_thread(serve) as port:
        yield port
