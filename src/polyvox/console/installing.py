"""Models and voices: what is there, what can be fetched, and how far that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from nicegui import ui

from polyvox.console import words
from polyvox.console.dialogs import confirm, telling
from polyvox.console.focus import focus, rescue
from polyvox.console.frame import called, heading
from polyvox.console.host import ConsoleHost
from polyvox.errors import PolyvoxError
from polyvox.services.catalogue import matching, spoken_as
from polyvox.services.installing import Installation, InstallService, InstallState, Model

SHOWN = 20
"""Voices of a catalogue shown at once; the search finds the others."""


class Installing:
    def __init__(self, host: ConsoleHost) -> None:
        self._installs = host.services.installs
        self._name = host.services.providers.name_of
        self._rows: dict[str, _Progress] = {}
        self._models: dict[str, _ModelCard] = {}

    def build(self) -> None:
        heading("Models and voices", 2)
        self._running = ui.column().classes("w-full gap-2")
        self._build_models()
        for provider in self._installs.with_catalogue():
            with ui.card().classes("w-full").props(f'id="voices-{provider}"'):
                _Voices(self, self._installs, provider, self._name(provider)).build()
        self.look()

    def look(self) -> None:
        """Show how far installations are; and, when one has ended, the models as they are now."""
        ended = False
        for one in reversed(self._installs.all()):
            if one.id not in self._rows and one.state is InstallState.RUNNING:
                with self._running:
                    self._rows[one.id] = _Progress(one, self._name(one.provider), self._installs)
            if one.id in self._rows:
                ended |= self._rows[one.id].show()
        if ended:
            self._look_at_models()

    def _look_at_models(self) -> None:
        for model in self._installs.models():
            self._models[model.provider].show(model)

    def _build_models(self) -> None:
        try:
            models = self._installs.models()
        except PolyvoxError as error:
            ui.label(error.message)
            return
        with ui.element("div").classes("cards"):
            for model in models:
                name = self._name(model.provider)
                card = _ModelCard(model, name, self._install, self._ask_to_remove)
                self._models[model.provider] = card

    def _install(self, provider: str, *, accepted: bool) -> None:
        self._installs.install_model(provider, accept_license=accepted)
        self.look()

    def _ask_to_remove(self, provider: str) -> None:
        async def go_on() -> None:
            self._look_at_models()

        name = self._name(provider)
        confirm(
            "Remove",
            f"Remove the model of {name}? It cannot speak until it is installed again.",
            lambda: self._installs.remove_model(provider),
            said=f"The model of {name} is removed.",
            then=go_on,
        )


class _ModelCard:
    """Its elements stay, so that who is on its buttons stays there while it is installed."""

    def __init__(
        self,
        model: Model,
        name: str,
        install: Callable[..., None],
        remove: Callable[[str], None],
    ) -> None:
        self._name = name
        self._provider = model.provider
        self._install = install
        with ui.card().props(f'id="model-{model.provider}"'):
            heading(f"Model of {name}", 3)
            self._state = ui.label()
            use = "commercial use allowed" if model.licence.commercial_use else "no commercial use"
            ui.label(f"Licence of the weights: {model.licence.weights}, {use}.").classes("quiet")
            with ui.column().classes("gap-0") as self._terms:
                if model.terms_url:
                    ui.link("Read the licence", model.terms_url, new_tab=True)
                self._accept = ui.checkbox(f"I have read and accept the licence of {name}")
            with ui.element("div").classes("actions"):
                self._get = ui.button(on_click=self._ask_for_it).props("outline")
                self._remove = ui.button("Remove", on_click=lambda: remove(model.provider))
                called(self._remove.props("flat color=negative"), f"Remove the model of {name}")
        self.show(model)

    def show(self, model: Model) -> None:
        there = model.state == "installed"
        taken = words.size(model.size_bytes)
        state = f"Installed, {taken}." if there else f"Not installed; about {taken} to fetch."
        self._state.text = "It is damaged: install it anew." if model.state == "broken" else state
        act = "Accept" if there else "Install"
        self._get.set_text(act)
        called(self._get, f"{act} the model of {self._name}")
        self._terms.set_visibility(not model.accepted)
        self._get.set_visibility(not there or not model.accepted)
        self._remove.set_visibility(model.state != "absent")
        if not self._get.visible:
            rescue(self._get, self._remove)
        if not self._remove.visible:
            rescue(self._remove, self._get)

    def _ask_for_it(self) -> None:
        if self._terms.visible and not self._accept.value:
            ui.notify("Read the licence, and accept it, first.", type="warning")
            focus(self._accept)
            return
        self._install(self._provider, accepted=self._terms.visible)


@dataclass(eq=False)
class _Voices:
    """The catalogue of one provider, fetched when somebody wants to see it."""

    page: Installing
    installs: InstallService
    provider: str
    name: str
    _known: Sequence[str] = field(default=(), init=False)
    _searched: str = field(default="", init=False)

    def build(self) -> None:
        heading(f"More voices for {self.name}", 3)
        self._open = ui.button("Show voices to install", on_click=self._fetch)
        called(self._open.props("outline"), f"Show voices to install for {self.name}")
        self._below = ui.column().classes("w-full")

    async def _fetch(self) -> None:
        self._open.props("loading")
        try:
            with telling():
                self._known = await self.installs.catalogue(self.provider)
        finally:
            self._open.props(remove="loading")
        if self._known:
            self._open.set_visibility(False)
            with self._below:
                self._list()

    def _list(self) -> None:
        search = ui.input("Search by language or name", on_change=lambda e: self._search(e.value))
        search.props('clearable type="search"').classes("w-full max-w-md")
        self._count = ui.label().props('role="status"').classes("quiet")
        self._found()
        focus(search)

    def _search(self, searched: str | None) -> None:
        self._searched = searched or ""
        self._found.refresh()

    @ui.refreshable_method
    def _found(self) -> None:
        found = matching(self._known, self._searched)
        self._count.text = f"{len(found)} of {len(self._known)} voices"
        with ui.element("ul").classes("w-full q-pa-none q-ma-none"):
            for voice in found[:SHOWN]:
                with (
                    ui.element("li").classes("list-none"),
                    ui.row().classes("items-center w-full gap-4"),
                ):
                    with ui.column().classes("gap-0 grow"):
                        ui.label(voice)
                        ui.label(spoken_as(voice)).classes("quiet")
                    install = ui.button("Install", on_click=lambda v=voice: self._install(v))
                    called(install.props("flat"), f"Install {voice}")

    def _install(self, voice: str) -> None:
        self.installs.install_voice(self.provider, voice)
        self.page.look()


class _Progress:
    """One installation, until it has ended and after."""

    def __init__(self, one: Installation, provider: str, installs: InstallService) -> None:
        self._one = one
        self._what = one.voice or f"the model of {provider}"
        with ui.row().classes("items-center w-full gap-4"):
            with ui.column().classes("grow gap-1"):
                self._said = ui.label().props('role="status" tabindex="-1"')
                self._bar = ui.linear_progress(0, show_value=False)
                called(self._bar, f"Installing {self._what}")
            self._cancel = ui.button("Cancel", on_click=lambda: installs.cancel(one.id))
            called(self._cancel.props("flat"), f"Cancel installing {self._what}")
        self._ended = False

    def show(self) -> bool:
        """Whether it has ended since the last look."""
        if self._ended:
            return False
        one = self._one
        self._said.set_text(self._told())
        self._bar.set_value(one.share or 0)
        self._ended = one.state is not InstallState.RUNNING
        self._bar.set_visibility(not self._ended)
        self._cancel.set_visibility(not self._ended)
        if self._ended:
            rescue(self._cancel, self._said)
        return self._ended

    def _told(self) -> str:
        one = self._one
        if one.state is InstallState.DONE:
            return f"{self._what} is installed."
        if one.state is InstallState.CANCELLED:
            return f"Installing {self._what} was broken off; it can go on from there."
        if one.error is not None:
            remedy = f" {one.error.remedy}" if one.error.remedy else ""
            return f"{self._what} was not installed. {one.error.message}{remedy}"
        share = f": {one.share:.0%} of {words.size(one.total_bytes or 0)}" if one.share else ""
        return f"Installing {self._what}{share}"
