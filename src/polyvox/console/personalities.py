"""All personalities: searched, created, duplicated, deleted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nicegui import ui

from polyvox.console.frame import done, frame, told
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import PolyvoxError
from polyvox.services.ports import Personality

if TYPE_CHECKING:
    from polyvox.console.app import ConsoleHost

MANY = 200
"""Personalities shown at once; the search finds the others."""


def register(host: ConsoleHost) -> None:
    @ui.page("/")
    async def page() -> None:
        with frame("Personalities", here="/", logout=host.needs_login):
            await _List(host).build()


class _List:
    def __init__(self, host: ConsoleHost) -> None:
        self._personalities = host.services.personalities
        self._searched = ""

    async def build(self) -> None:
        with ui.row().classes("items-center gap-4 q-my-md"):
            search = ui.input("Search", on_change=lambda e: self._search(str(e.value or "")))
            search.props('clearable type="search"')
            ui.button("New personality", on_click=self._ask_for_new)
        await self._rows()

    async def _search(self, searched: str) -> None:
        self._searched = searched.casefold().strip()
        await self._rows.refresh()

    @ui.refreshable_method
    async def _rows(self) -> None:
        everyone = await self._personalities.list()
        found = [p for p in everyone if self._searched in f"{p.name} {p.id}".casefold()]
        ui.label(f"{len(found)} of {len(everyone)}").props('role="status"').classes("quiet")
        with ui.element("ul").classes("w-full q-pa-none"):
            for personality in found[:MANY]:
                with ui.element("li").classes("list-none"):
                    self._row(personality)

    def _row(self, one: Personality) -> None:
        with ui.card().classes("w-full q-mb-sm"), ui.row().classes("items-center w-full gap-4"):
            with ui.column().classes("gap-0 grow"):
                ui.link(one.name, f"/personalities/{one.id}").classes("text-lg")
                ui.label(f"{one.id} · speaks with {one.voice_config.active_provider}").classes(
                    "quiet"
                )
                if one.description:
                    ui.label(one.description)
            ui.button("Duplicate", on_click=lambda: self._duplicate(one)).props(
                f'flat aria-label="Duplicate {one.name}"'
            )
            ui.button("Delete", on_click=lambda: self._ask_to_delete(one)).props(
                f'flat color="negative" aria-label="Delete {one.name}"'
            )

    def _ask_for_new(self) -> None:
        with ui.dialog().props('aria-label="New personality"') as dialog, ui.card():
            name = ui.input("Name").props("autofocus")

            async def create() -> None:
                if await self._create(name.value or "", VoiceConfig()):
                    dialog.close()

            name.on("keydown.enter", create)
            with ui.row():
                ui.button("Create", on_click=create)
                ui.button("Cancel", on_click=dialog.close).props("flat")
        dialog.open()

    async def _create(self, name: str, config: VoiceConfig, description: str = "") -> bool:
        taken = {p.id for p in await self._personalities.list()}
        try:
            made = await self._personalities.create(
                free_id(name, taken), name=name, description=description, voice_config=config
            )
        except PolyvoxError as error:
            told(error)
            return False
        ui.navigate.to(f"/personalities/{made.id}")
        return True

    async def _duplicate(self, one: Personality) -> None:
        await self._create(f"{one.name} (copy)", one.voice_config, one.description)

    def _ask_to_delete(self, one: Personality) -> None:
        with ui.dialog().props('role="alertdialog" aria-label="Delete"') as dialog, ui.card():
            ui.label(f"Delete {one.name}? Callers who name it will get an error.")

            async def delete() -> None:
                dialog.close()
                try:
                    await self._personalities.delete(one.id)
                except PolyvoxError as error:
                    told(error)
                    return
                done(f"{one.name} is deleted.")
                await self._rows.refresh()

            with ui.row():
                ui.button("Delete", on_click=delete, color="negative")
                ui.button("Keep", on_click=dialog.close).props("flat autofocus")
        dialog.open()


def free_id(name: str, taken: set[str]) -> str:
    """An id made of ``name``, with a number where that is taken."""
    base = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:48] or "personality"
    numbered = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(each for each in numbered if each not in taken)
