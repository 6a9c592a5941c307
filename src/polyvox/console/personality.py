"""One personality: which voice speaks, with what settings and samples, and trying it."""

from __future__ import annotations

from typing import Protocol

from nicegui import ui

from polyvox.console.chain import Chain
from polyvox.console.editing import Editing
from polyvox.console.focus import focus
from polyvox.console.frame import frame, heading, told
from polyvox.console.host import ConsoleHost
from polyvox.console.provider_settings import ProviderSettings
from polyvox.console.role_play import RolePlay
from polyvox.console.samples import Samples
from polyvox.console.selector import Selector
from polyvox.console.spoken_languages import SpokenLanguages
from polyvox.console.try_it import TryIt
from polyvox.errors import PolyvoxError


class _Part(Protocol):
    def __init__(self, editing: Editing) -> None: ...

    async def build(self) -> None: ...


PARTS: dict[str, tuple[type[_Part], ...]] = {
    "Voice": (Selector, Chain),
    "Settings": (ProviderSettings, RolePlay),
    "Languages": (SpokenLanguages,),
    "Samples": (Samples,),
    "Try it": (TryIt,),
}
"""Tabs of the form, and what each shows."""


def register(host: ConsoleHost) -> None:
    @ui.page("/personalities/{personality_id}")
    async def page(personality_id: str) -> None:
        try:
            stored = await host.services.personalities.get(personality_id)
        except PolyvoxError as error:
            with frame("Not found", logout=host.needs_login):
                ui.label(error.message)
                ui.link("All personalities", "/")
            told(error)
            return
        with frame(stored.name, logout=host.needs_login):
            await form(Editing(host, stored))


async def form(editing: Editing) -> None:
    """The whole form, without the page around it."""
    _name(editing)
    with ui.tabs().props('align="left" outside-arrows mobile-arrows') as tabs:
        named = {name: ui.tab(name) for name in PARTS}
    with ui.tab_panels(tabs, value="Voice").classes("w-full").props("keep-alive"):
        for name, parts in PARTS.items():
            with ui.tab_panel(named[name]).classes("q-px-none"):
                for part in parts:
                    await part(editing).build()

    def turn_to(part: str, _: str) -> None:
        tabs.set_value(part)
        focus(named[part])

    editing.when_opened(turn_to)


def _name(editing: Editing) -> None:
    with ui.expansion("Name and description").classes("w-full") as opened:
        opened.props('header-style="padding-inline: 0"')
        heading("Name and description", 2)
        name = ui.input("Name", value=editing.stored.name)
        description = ui.textarea("Description", value=editing.stored.description)

        async def save() -> None:
            await editing.rename(name=name.value or "", description=description.value or "")

        ui.button("Save", on_click=save)
