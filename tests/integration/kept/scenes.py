"""What is asked of a server, one scene after another; each has a server of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from polyvox.bootstrap import Loaders
from tests.integration.kept.cast import CAST
from tests.integration.kept.recorder import Recorder
from tests.support.server import RunningServer

Play = Callable[[Recorder, RunningServer], Awaitable[None]]
Beside = Callable[[], AbstractAsyncContextManager[Mapping[str, Any]]]


@asynccontextmanager
async def nothing() -> AsyncIterator[Mapping[str, Any]]:
    yield {}


@dataclass(frozen=True)
class Scene:
    """``beside`` is there before the server is, and gives it more settings. ``exact`` where nothing is measured, so that every figure is kept as it is."""

    play: Play
    loaders: Loaders = field(default_factory=lambda: CAST)
    settings: Mapping[str, Any] = field(default_factory=dict)
    exact: bool = False
    beside: Beside = nothing


SCENES: dict[str, Scene] = {}


def scene(
    name: str,
    loaders: Loaders = CAST,
    *,
    exact: bool = False,
    beside: Beside = nothing,
    **settings: Any,
) -> Callable[[Play], Play]:
    """Adds what it decorates."""

    def add(play: Play) -> Play:
        SCENES[name] = Scene(play, loaders, settings, exact, beside)
        return play

    return add
