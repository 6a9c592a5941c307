"""What the commands need from the composition root, made only when a command asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from polyvox.config import Settings
    from polyvox.services.container import Services


class Application(Protocol):
    """All of Polyvox over one database (``polyvox.bootstrap.Application``)."""

    settings: Settings
    services: Services

    async def start(self, *, providers: bool = True) -> None: ...

    async def stop(self) -> None: ...


class ConfigureLogging(Protocol):
    def __call__(self, level: str, *, json: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Wiring:
    """``web_app`` makes the ASGI app of an application."""

    application: Callable[[Settings], Application]
    web_app: Callable[[Any], Any]
    configure_logging: ConfigureLogging
