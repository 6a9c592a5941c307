"""All personalities: searched, created, duplicated, deleted."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nicegui import ui

from polyvox.console.dialogs import ask_name, confirm, telling
from polyvox.console.focus import focus_near
from polyvox.console.frame import called, frame
from polyvox.console.host import ConsoleHost
from polyvox.domain.voice_config import VoiceConfig
from polyvox.services.ports import Personality

MANY = 200
"""Personalities shown at once; the search finds the others."""


def register(host: ConsoleHost) -> None:
    @ui.page("/")
    async def page() -> None:
        with frame("Personalities", here="/", logout=host.needs_login):
            await _List(host).build()


@dataclass(frozen=True, slots=True)
class _Row:
    """``one`` as it is drawn."""

    one: Personality
    item: ui.element
    link: ui.link


class _List:
    def __init__(self, host: ConsoleHost) -> None:
        self._personalities = host.services.personalities
        self._name = host.services.providers.name_of
        self._searched = ""
        self._found: list[Personality] = []
        self._drawn: dict[str, _Row] = {}

    async def build(self) -> None:
        with ui.row().classes("items-center gap-4 q-my-md"):
            search = ui.input("Search", on_change=lambda e: self._search(str(e.value or "")))
            search.props('clearable type="search"')
            self._new = ui.button("New personality", on_click=self._ask_for_new)
        self._count = ui.label().props('role="status"').classes("quiet")
        await self._rows()

    async def _search(self, searched: str) -> None:
        """Rows that are there already stay: a browser takes long to draw many anew."""
        self._searched = searched.casefold().strip()
        await self._look()
        drawn = (self._drawn.get(one.id) for one in self._found)
        if [row and row.one for row in drawn] != self._found:
            await self._rows.refresh()
            return
        found = {one.id for one in self._found}
        for row in self._drawn.values():
            row.item.set_visibility(row.one.id in found)

    async def _look(self) -> None:
        everyone = await self._personalities.list()
        found = [p for p in everyone if self._searched in f"{p.name} {p.id}".casefold()]
        self._count.text = f"{len(found)} of {len(everyone)}"
        self._found = found[:MANY]

    @ui.refreshable_method
    async def _rows(self) -> None:
        await self._look()
        self._drawn = {}
        with ui.element("ul").classes("w-full q-pa-none"):
            for one in self._found:
                with ui.element("li").classes("list-none") as item:
                    self._drawn[one.id] = _Row(one, item, self._row(one))

    def _row(self, one: Personality) -> ui.link:
        with ui.card().classes("w-full q-mb-sm"), ui.row().classes("items-center w-full gap-4"):
            with ui.column().classes("gap-0 grow"):
                link = ui.link(one.name, f"/personalities/{one.id}").classes("text-lg")
                speaker = self._name(one.voice_config.active_provider)
                ui.label(f"{one.id} · speaks with {speaker}").classes("quiet")
                if one.description:
                    ui.label(one.description)
            again = ui.button("Duplicate", on_click=lambda: self._duplicate(one))
            called(again.props("flat"), f"Duplicate {one.name}")
            gone = ui.button("Delete", on_click=lambda: self._ask_to_delete(one))
            called(gone.props("flat color=negative"), f"Delete {one.name}")
        return link

    def _ask_for_new(self) -> None:
        ask_name("New personality", "Name", lambda name: self._create(name, VoiceConfig()), _open)

    async def _create(self, name: str, config: VoiceConfig, description: str = "") -> Personality:
        taken = {p.id for p in await self._personalities.list()}
        return await self._personalities.create(
            free_id(name, taken), name=name, description=description, voice_config=config
        )

    async def _duplicate(self, one: Personality) -> None:
        with telling():
            await _open(await self._create(f"{one.name} (copy)", one.voice_config, one.description))

    def _ask_to_delete(self, one: Personality) -> None:
        async def go_on() -> None:
            place = [each.id for each in self._found].index(one.id)
            await self._rows.refresh()
            focus_near(place, [self._drawn[each.id].link for each in self._found], self._new)

        confirm(
            "Delete",
            f"Delete {one.name}? Callers who name it will get an error.",
            lambda: self._personalities.delete(one.id),
            said=f"{one.name} is deleted.",
            then=go_on,
        )


async def _open(made: Personality) -> None:
    ui.navigate.to(f"/personalities/{made.id}")


def free_id(name: str, taken: set[str]) -> str:
    """An id made of ``name``, with a number where that is taken."""
    base = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:48] or "personality"
    numbered = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(each for each in numbered if each not in taken)
