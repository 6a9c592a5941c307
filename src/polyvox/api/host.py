"""What the API needs to be handed. ``bootstrap.Application`` is one."""

from __future__ import annotations

from typing import Annotated, Protocol, cast

from fastapi import Depends, Request

from polyvox.api.encoding import EncodingThreads
from polyvox.api.playback import Playbacks
from polyvox.config import Settings
from polyvox.services.container import Services
from polyvox.telemetry import Metrics


class ApiHost(Protocol):
    """The use cases with their settings and figures; started and stopped with the server."""

    settings: Settings
    metrics: Metrics
    services: Services

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


def _host(request: Request) -> ApiHost:
    return cast("ApiHost", request.app.state.host)


def _threads(request: Request) -> EncodingThreads:
    return cast("EncodingThreads", request.app.state.threads)


def _playbacks(request: Request) -> Playbacks:
    return cast("Playbacks", request.app.state.playbacks)


def _services(request: Request) -> Services:
    return _host(request).services


HostDep = Annotated[ApiHost, Depends(_host)]
ThreadsDep = Annotated[EncodingThreads, Depends(_threads)]
PlaybacksDep = Annotated[Playbacks, Depends(_playbacks)]
ServicesDep = Annotated[Services, Depends(_services)]
