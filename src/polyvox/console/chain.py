"""The fallback chain: who speaks when a model fails, in which order, and what would happen now."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui
from nicegui.element import Element
from nicegui.events import SortableEventArguments

from polyvox.console.editing import Document, Editing
from polyvox.console.focus import focus
from polyvox.console.frame import heading
from polyvox.domain.voice_config import VoiceConfig
from polyvox.services.prospects import Prospect

LOOK_S = 5.0
"""How often it is looked again what would happen, in seconds."""
_STYLE = """
.chain { padding: 0; margin: 0; list-style: none; width: 100% }
.link { border: 1px solid #8886; border-radius: .5rem; padding: .6rem .8rem; margin-bottom: .5rem;
  display: flex; flex-wrap: wrap; align-items: center; gap: .6rem; background: var(--link, white) }
.body--dark .link { --link: #1d1d1d }
.link .grip { cursor: grab; touch-action: none }
.link .what { flex: 1 1 12rem; min-width: 0; overflow-wrap: anywhere }
.link.out { border-left: .25rem solid #b45309 }
"""


async def build(editing: Editing) -> None:
    await _Chain(editing).build()


class _Chain:
    def __init__(self, editing: Editing) -> None:
        self._editing = editing
        self._overview = editing.host.services.overview
        self._links: list[Prospect] = []
        self._names: dict[str, str] = {}
        self._held: tuple[str, str] | None = None

    async def build(self) -> None:
        ui.add_css(_STYLE)
        heading("Fallback chain", 2)
        ui.label(
            "The active model speaks. Should it fail, the next one goes on. "
            "Drag a model by its handle, or move it with its arrows."
        ).classes("quiet")
        self._told = ui.label().props('role="status"').classes("sr-only")
        await self._look()
        with ui.element("div").classes("w-full"):
            self._list()
        self._editing.watch(self._look_again)
        ui.timer(LOOK_S, self._look_for_news, immediate=False)

    async def _look(self) -> bool:
        """Read anew what would happen; whether that changed."""
        before = (self._links, self._names)
        self._names = {facts.id: facts.name for facts in await self._overview.facts()}
        self._links = await self._overview.chain(self._editing.stored.id)
        return before != (self._links, self._names)

    async def _look_again(self) -> None:
        self._links = await self._overview.chain(self._editing.stored.id)
        self._list.refresh()

    async def _look_for_news(self) -> None:
        if await self._look():
            self._list.refresh()

    def _name(self, provider: str) -> str:
        return self._names.get(provider, provider)

    @property
    def _others(self) -> list[str]:
        """Those after the active one."""
        return [link.provider for link in self._links[1:]]

    @ui.refreshable_method
    def _list(self) -> None:
        with ui.element("ol").classes("chain"), self._link(self._links[0], 1):
            ui.label("Active").classes("tag")
        if self._others:
            rows = ui.list().props('tag="ol" role="list"').classes("chain")
            with rows:
                for place, link in enumerate(self._links[1:], start=2):
                    with self._link(link, place):
                        self._moves(link.provider, place - 2)
            rows.make_sortable(handle=".grip", on_end=self._dragged)
        self._adding()
        self._held = None

    def _link(self, link: Prospect, place: int) -> Element:
        row = ui.element("li").classes("link" if link.speaks else "link out")
        with row:
            if place > 1:
                ui.icon("drag_indicator", size="sm").classes("grip").props('aria-hidden="true"')
            with ui.element("div").classes("what"):
                ui.label(f"{place}. {self._name(link.provider)}").classes("font-medium")
                ui.label(link.told)
                for sentence in filter(None, (link.reason, link.remedy)):
                    ui.label(sentence).classes("quiet text-sm")
        return row

    def _moves(self, provider: str, index: int) -> None:
        self._button("up", "arrow_upward", provider, disabled=index == 0)
        self._button("down", "arrow_downward", provider, disabled=index == len(self._others) - 1)
        remove = ui.button(icon="close", on_click=lambda: self._remove(provider))
        remove.props(f'flat round dense aria-label="Remove {self._name(provider)} from the chain"')

    def _button(self, way: str, icon: str, provider: str, *, disabled: bool) -> None:
        step = -1 if way == "up" else 1
        button = ui.button(icon=icon, on_click=lambda: self._move(provider, step))
        button.props(f'flat round dense aria-label="Move {self._name(provider)} {way}"')
        button.set_enabled(not disabled)
        if self._held == (provider, way) and not disabled:
            focus(button)

    def _adding(self) -> None:
        absent = [p for p in self._names if p not in {link.provider for link in self._links}]
        if absent:
            ui.select(
                {provider: self._name(provider) for provider in absent},
                label="Add a model to the chain",
                on_change=lambda e: self._add(str(e.value)),
            ).classes("w-full max-w-sm")

    async def _dragged(self, event: SortableEventArguments) -> None:
        order = self._others
        moved = order.pop(event.old_index)
        order.insert(event.new_index, moved)
        await self._reorder(order, moved)

    async def _move(self, provider: str, step: int) -> None:
        order = self._others
        index = order.index(provider)
        order.insert(index + step, order.pop(index))
        at_end = index + step in (0, len(order) - 1)
        way = "up" if step < 0 else "down"
        self._held = (provider, _other(way) if at_end else way)
        await self._reorder(order, provider)

    async def _reorder(self, order: Sequence[str], moved: str) -> None:
        place = order.index(moved) + 2
        if await self._store(order):
            self._told.text = f"{self._name(moved)} is number {place} of {len(order) + 1}."

    async def _add(self, provider: str) -> None:
        if await self._store([*self._others, provider]):
            self._told.text = f"{self._name(provider)} is added to the chain."

    async def _remove(self, provider: str) -> None:
        if await self._store([other for other in self._others if other != provider]):
            self._told.text = f"{self._name(provider)} is removed from the chain."

    async def _store(self, others: Sequence[str]) -> bool:
        """Keep ``others`` as the chain, with the active one where the document has it."""

        def edit(document: Document) -> None:
            document["fallback_chain"] = with_active(others, self._editing.config)

        stored = await self._editing.change(edit, said="")
        if not stored:
            self._list.refresh()
        return stored


def _other(way: str) -> str:
    return "down" if way == "up" else "up"


def with_active(others: Sequence[str], config: VoiceConfig) -> list[str]:
    """The fallback chain with ``others`` in this order, and the active one where it was in it."""
    chain = list(others)
    if config.active_provider in config.fallback_chain:
        chain.insert(config.fallback_chain.index(config.active_provider), config.active_provider)
    return chain
