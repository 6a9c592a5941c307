"""The console in the server: its pages, registered once, over the services the API has, too."""

from __future__ import annotations

from typing import Protocol

from fastapi import FastAPI
from starlette.routing import Match, Mount
from starlette.types import Scope

from polyvox.config import Settings
from polyvox.console import embed, frame, login, performance, personalities, personality, system
from polyvox.console.host import ConsoleHost
from polyvox.console.sessions import Sessions
from polyvox.services.container import Services

API_PATHS = ("/v1", "/healthz", "/readyz", "/metrics", "/docs", "/openapi.json")
"""Answered by the API alone, also where it has nothing: an unknown path there is not a page."""
RECONNECT_S = 20.0
"""How long a page that lost its connection is kept. One that is dropped loads anew, and the keyboard's
place, what was typed and *Undo* are gone: a busy machine or a moment without network is no reason."""


class Running(Protocol):
    """The server's part that the console needs."""

    settings: Settings
    services: Services


class Console:
    """Built with the server, mounted on its application. Its sessions are the API's ``Visitors``."""

    login_path = login.PATH

    def __init__(self, server: Running) -> None:
        self._host = ConsoleHost(server.settings, server.services)
        self._sessions = Sessions(server.services.keys)

    async def admits(self, cookies: str) -> bool:
        return await self._sessions.admits(cookies)

    def mount(self, app: FastAPI) -> None:
        """Register the pages and put them at ``/``, below the API's routes. Once per process."""
        from nicegui import core, ui

        login.add_routes(app, self._sessions)
        frame.prepare()
        for page in (personalities, personality, performance, system, embed):
            page.register(self._host)
        core.app.config.quasar_config["loadingBar"]["skipHijack"] = True  # uploads show their own
        ui.run_with(
            app,
            title="Polyvox",
            dark=None,
            language="en-US",
            binding_refresh_interval=None,  # nothing is bound
            reconnect_timeout=RECONNECT_S,
            show_welcome_message=False,
        )
        app.router.routes[-1] = _BelowApi("/", core.app, name="console")  # what run_with put there


class _BelowApi(Mount):
    """Takes all paths but the API's, so that those keep their 404 and 405."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        path: str = scope.get("path", "")
        if any(path == taken or path.startswith(f"{taken}/") for taken in API_PATHS):
            return Match.NONE, {}
        return super().matches(scope)
