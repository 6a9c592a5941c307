"""``polyvox serve``: the HTTP API and the console."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import shlex
import socket
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from polyvox.cli.options import Json
from polyvox.cli.output import print_json, say
from polyvox.cli.session import opened, run
from polyvox.errors import ConfigError

if TYPE_CHECKING:
    from polyvox.api.app import Console
    from polyvox.bootstrap import Application
    from polyvox.config import Settings

GRACEFUL_S = 1
"""How long listeners may go on listening once the server is told to stop."""
BACKLOG = 2048
ANYWHERE = ("0.0.0.0", "::")
_CANCELLED = "asyncio.exceptions.CancelledError"


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on. [default: 127.0.0.1]")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="0: any free one. [default: 8765]")
    ] = None,
    home: Annotated[Path | None, typer.Option(help="Where data lives.")] = None,
    database_url: Annotated[
        str | None, typer.Option(help="[default: SQLite in the home folder]")
    ] = None,
    as_json: Json = False,
) -> None:
    """Serve the HTTP API and the console until Ctrl-C.

    Listening beyond this machine needs an API key. --json prints one line once it is ready, and
    writes the log as JSON.
    """
    from polyvox.config import Settings

    if home is not None:
        os.environ["POLYVOX_HOME"] = str(home.resolve())  # config.toml is looked for there, too
    log_json = True if as_json else None
    settings = Settings.load(host=host, port=port, database_url=database_url, log_json=log_json)
    with bound_socket(settings.host, settings.port) as listener:
        speaker = run(_checked(settings))
        # After a clean stop the server raises the signal that stopped it once more.
        with suppress(KeyboardInterrupt):
            run(_serve(settings, listener, Announcement(listener, settings, speaker, as_json)))


async def _checked(settings: Settings) -> str | None:
    """The personality for the example, once the database is up to date and a key is at hand.

    Raises ConfigError.
    """
    async with opened(providers=False, settings=settings) as application:
        services = application.services
        if not settings.on_loopback and not await services.keys.any_live():
            raise ConfigError(
                f"Listening on {settings.host}, beyond this machine, needs an API key.",
                remedy="Create one with `polyvox keys create NAME`, or listen on 127.0.0.1.",
            )
        names = [personality.id for personality in await services.personalities.list()]
    default = settings.default_personality
    return default if default in names else next(iter(names), None)


async def _serve(settings: Settings, listener: socket.socket, announce: Announcement) -> None:
    import uvicorn

    from polyvox.api.app import create_app
    from polyvox.bootstrap import Application
    from polyvox.telemetry import configure_logging

    configure_logging(settings.log_level, json=settings.log_json)
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    application = Application(settings)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started and not self.should_exit:
                announce(application.services.providers)

    config = uvicorn.Config(
        create_app(application, _console(application)),
        http="httptools",
        lifespan="on",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACEFUL_S,
    )
    await Server(config).serve(sockets=[listener])


def _has_console() -> bool:
    """Whether NiceGUI, which it is made with, is installed."""
    return find_spec("nicegui") is not None


def _console(application: Application) -> Console | None:
    if not _has_console():
        return None
    from polyvox.console.app import Console

    return Console(application)


def _is_news(record: logging.LogRecord) -> bool:
    """Not what uvicorn tells of a start or replies that are cut off on purpose."""
    stopped = record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError)
    told = record.getMessage()  # of a start that was stopped, starlette sends the traceback
    return not (stopped or _CANCELLED in told or "without completing response" in told)


def bound_socket(host: str, port: int) -> socket.socket:
    """Bound before anything is loaded, so that a taken port is told at once. Raises ConfigError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        listener = socket.create_server(address[:2], family=family, backlog=BACKLOG)
        # asyncio does this only for sockets that name their protocol; without it the second packet
        # of a reply waits for the client's acknowledgement of the first (40 ms on Linux).
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConfigError(
                f"Port {port} on {host} is in use by another program.",
                remedy="Stop it, or choose another port with --port.",
            ) from error
        why = (
            error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        )
        raise ConfigError(
            f"Polyvox cannot listen on {host}, port {port}: {why}.",
            remedy="Choose others with --host and --port.",
        ) from error


@dataclass(frozen=True, slots=True)
class Announcement:
    """Tells people, or a program, that the server is ready, and how to make it speak."""

    listener: socket.socket
    settings: Settings
    speaker: str | None
    as_json: bool

    def __call__(self, providers: Any) -> None:
        url = self.url()
        if self.as_json:
            states = {found.id: found.availability() for found in providers.all()}
            ready = {"event": "ready", "url": url, "pid": os.getpid(), "providers": states}
            print_json(ready, indent=None)
            return
        say(f"Polyvox listens on {url}")
        for found in providers.all():
            availability = found.availability()
            lacks = " ".join(filter(None, (availability.reason, availability.remedy)))
            say(f"  {found.id}: {availability.state}{f'. {lacks}' if lacks else ''}")
        console = (
            f"open {url}/ in a browser" if _has_console() else 'pip install "polyvox[console]"'
        )
        say(f"For the console: {console}")
        say(f"Try it:\n  {self.curl(url)}\nCtrl-C stops it.")

    def url(self) -> str:
        host, port = self.settings.host, self.listener.getsockname()[1]
        name = "127.0.0.1" if host in ANYWHERE else f"[{host}]" if ":" in host else host
        return f"http://{name}:{port}"

    def curl(self, url: str) -> str:
        voice = f', "voice": "{self.speaker}"' if self.speaker else ""
        body = shlex.quote(f'{{"input": "Hello from Polyvox."{voice}}}')
        needs_key = self.settings.require_key or not self.settings.on_loopback
        key = "-H 'Authorization: Bearer pvx_…' " if needs_key else ""
        return (
            f"curl {url}/v1/audio/speech {key}-H 'Content-Type: application/json' "
            f"-d {body} -o hello.mp3"
        )
