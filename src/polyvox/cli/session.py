"""Running a command's asynchronous work over the application, and stopping it cleanly."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from polyvox.bootstrap import Application
    from polyvox.config import Settings
    from polyvox.services.container import Services

T = TypeVar("T")
QUIET = "WARNING"
"""Log level of all commands but ``serve``: their own output says the rest."""


def call(work: Callable[[Services], Awaitable[T]], *, providers: bool = True) -> T:
    """The result of ``work`` over the same database and folders as the server's."""

    async def over_services() -> T:
        async with opened(providers=providers) as application:
            return await work(application.services)

    return run(over_services())


def load_settings(settings: Settings | None = None) -> Settings:
    """These, or the operator's; the log is quiet from then on. Raises ConfigError."""
    from polyvox.config import Settings
    from polyvox.telemetry import configure_logging

    settings = settings or Settings.load()
    configure_logging(QUIET, json=settings.log_json)
    return settings


@asynccontextmanager
async def opened(
    *, providers: bool = True, settings: Settings | None = None
) -> AsyncIterator[Application]:
    """The application, started; stopped on leaving. Raises ConfigError."""
    from polyvox.bootstrap import Application

    application = Application(load_settings(settings))
    try:
        await application.start(providers=providers)
        yield application
    finally:
        await application.stop()


def run(work: Coroutine[Any, Any, T]) -> T:
    """``asyncio.run``, where SIGTERM stops the work as Ctrl-C does. Raises KeyboardInterrupt then."""
    with _terminable() as told:
        result = asyncio.run(work)
        if told:  # and whatever was cancelled took no notice
            raise KeyboardInterrupt
        return result


@contextmanager
def _terminable() -> Iterator[list[int]]:
    """Gives the signals that came."""
    told: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield told
        return

    def interrupt(number: int, _: object) -> None:
        told.append(number)
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield told
    finally:
        signal.signal(signal.SIGTERM, before)
