"""The providers as machines: started and stopped, their engines loaded and unloaded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from polyvox.console import words
from polyvox.console.dialogs import telling
from polyvox.console.frame import called, done, heading
from polyvox.console.host import ConsoleHost
from polyvox.domain.capabilities import State
from polyvox.services import system
from polyvox.services.found import Found

STATES = {State.READY: "Ready", State.LOADING: "Loading", State.UNAVAILABLE: "Cannot speak"}
STOPPED = "Stopped"
ENGINES = {
    "unloaded": "Its engine is not in memory; the next request loads it.",
    "loading": "Its engine is being loaded.",
    "loaded": "Its engine is in memory",
}


class Machinery:
    def __init__(self, host: ConsoleHost) -> None:
        self._providers = host.services.providers
        self._cards: dict[str, _Card] = {}

    def build(self) -> None:
        heading("Providers", 2)
        with ui.element("div").classes("cards"):
            for found in sorted(self._providers.all(), key=self._rank):
                name = self._providers.name_of(found.id)
                self._cards[found.id] = _Card(found, name, self._toggle, self._toggle_engine)

    def look(self) -> None:
        """Show what has changed."""
        for found in self._providers.all():
            self._cards[found.id].show(found)

    def _rank(self, found: Found) -> tuple[bool, str]:
        """Those that can speak first."""
        name = self._providers.name_of(found.id)
        return found.availability().state is State.UNAVAILABLE, name.casefold()

    async def _toggle(self, provider: str) -> None:
        name = self._providers.name_of(provider)
        if self._providers.find(provider).in_service:
            await self._providers.stop_one(provider)
            done(f"{name} is stopped.")
        elif (await self._providers.start_one(provider)).in_service:
            done(f"{name} is started.")
        else:
            ui.notify(f"{name} did not start.", type="negative")
        self.look()

    async def _toggle_engine(self, provider: str) -> None:
        found = self._providers.find(provider)
        engine = system.engine_of(found)
        with telling():
            if engine and engine.state == "loaded":
                await system.unload(found)
            else:
                await system.load(found)
        self.look()


class _Card:
    """Its elements stay, so that who is on a button stays there while the rest changes."""

    def __init__(
        self,
        found: Found,
        name: str,
        toggle: Callable[[str], Awaitable[None]],
        toggle_engine: Callable[[str], Awaitable[None]],
    ) -> None:
        self._name = name
        with ui.card().props(f'id="provider-{found.id}"'):
            heading(name, 3)
            self._state = ui.label().props('role="status"').classes("state")
            self._lack = ui.label()
            self._engine = ui.label().classes("quiet")
            with ui.element("div").classes("actions"):
                self._service = ui.button(on_click=lambda: toggle(found.id))
                self._load = ui.button(on_click=lambda: toggle_engine(found.id))
        for button in (self._service, self._load):
            button.props("outline")
        self.show(found)

    def show(self, found: Found) -> None:
        availability = found.availability()
        stopped = found.stopped
        self._state.set_text(STOPPED if stopped else STATES[availability.state])
        self._state.classes(replace=f"state {'' if stopped else availability.state}")
        lack = " ".join(filter(None, (availability.reason, availability.remedy)))
        _say(self._lack, "" if stopped else found.breaker.refusal() or lack)
        act = "Stop" if found.in_service else "Start"
        _name(self._service, act, self._name)
        engine = system.engine_of(found)
        able = availability.state is not State.UNAVAILABLE
        self._load.set_visibility(able and engine is not None)
        if engine is None:
            _say(self._engine, "")
            return
        memory = f": {words.size(engine.memory_bytes)}." if engine.memory_bytes else "."
        told = ENGINES[engine.state] + (memory if engine.state == "loaded" else "")
        _say(self._engine, told if able else "")
        _name(self._load, "Unload" if engine.state == "loaded" else "Load", self._name)


def _name(button: ui.button, act: str, what: str) -> None:
    if button.text != act:
        button.set_text(act)
        called(button, f"{act} {what}")


def _say(label: ui.label, text: str) -> None:
    label.set_text(text)
    label.set_visibility(bool(text))
