"""The real server on a loopback port, in a thread with an event loop of its own.

Synchronous and asynchronous clients reach it alike, and a test may block without stopping it.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
import uvicorn

from polyvox.api.app import create_app
from polyvox.bootstrap import Application, Loaders
from polyvox.config import Settings
from tests.support.piper import lend_parts

T = TypeVar("T")
READY_S = 60.0
STOP_S = 20.0


@dataclass
class RunningServer:
    """``leaked`` names the tasks that were still there after the server had stopped."""

    application: Application
    server: uvicorn.Server
    port: int
    leaked: list[str] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        assert self._loop is not None, "the server does not run"
        return self._loop

    async def all_hung_up(self, *, within_s: float) -> bool:
        """Whether no connection is left in time. To be awaited in the server's loop."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self.server.server_state.connections:  # noqa: ASYNC110 - uvicorn has no event for it
                    await asyncio.sleep(0.01)
        return not self.server.server_state.connections

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run it in the server's loop, as if the server did."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(READY_S)


def settings_for(home: Path, **chosen: Any) -> Settings:
    """Settings that know nothing of the environment's home folder."""
    lend_parts(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLYVOX_HOME", str(home))
        return Settings.load(**chosen)


@contextmanager
def serving(settings: Settings, *, loaders: Loaders | None = None) -> Iterator[RunningServer]:
    """Serve until the block is left. ``loaders`` chooses the providers, by id."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # asyncio does this only for sockets that name their protocol; without it every reply's
        # second packet waits 40 ms for the client's acknowledgement of the first.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        application = Application(settings, loaders=loaders)
        config = uvicorn.Config(
            create_app(application),
            http="httptools",
            lifespan="on",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
            # uvicorn's 5 s are over before a busy test asks again, and aiohttp's own are 15.
            timeout_keep_alive=60,
        )
        server = uvicorn.Server(config)
        running = RunningServer(application, server, listener.getsockname()[1])
        thread = threading.Thread(target=asyncio.run, args=[_serve(listener, running)])
        thread.start()
        try:
            _await_start(server, thread)
            yield running
        finally:
            server.should_exit = True
            thread.join(STOP_S)
            assert not thread.is_alive(), "the server did not stop"


async def _serve(listener: socket.socket, running: RunningServer) -> None:
    running._loop = asyncio.get_running_loop()
    await running.server.serve(sockets=[listener])
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    running.leaked = [task.get_name() for task in rest]


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    tick = threading.Event()
    for _ in range(int(READY_S / 0.01)):
        if server.started:
            return
        assert thread.is_alive(), "the server did not start"
        tick.wait(0.01)
    raise AssertionError("the server took too long to start")


@pytest.fixture(scope="session")
def piper_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Polyvox as it comes: Piper, with its own voice, and the personality ``joe``."""
    settings = settings_for(tmp_path_factory.mktemp("piper"))
    loaders = {name: load for name, load in _discovered().items() if name == "piper"}
    with serving(settings, loaders=loaders) as running:
        yield running


def _discovered() -> Loaders:
    from polyvox.services.providers import discover

    return discover()
