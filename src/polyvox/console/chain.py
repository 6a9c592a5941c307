"""The fallback chain: who speaks when a model fails, in which order, and what would happen now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui import ui
from nicegui.events import SortableEventArguments

from polyvox.console.editing import Document, Editing
from polyvox.console.focus import focus, focus_near
from polyvox.console.frame import called, heading
from polyvox.console.remedies import offer
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


class _Link:
    """A link as it is seen. Its elements stay, so that a look breaks no drag and takes no focus."""

    def __init__(self, editing: Editing, *, sortable: bool) -> None:
        self._editing = editing
        self._shown: object = None
        with ui.element("li").classes("link") as self.row:
            if sortable:
                ui.icon("drag_indicator", size="sm").classes("grip").props('aria-hidden="true"')
            with ui.element("div").classes("what"):
                self._title = ui.label().classes("font-medium")
                self._told = ui.label()
                self._why = ui.element("div")

    def show(self, title: str, prospect: Prospect) -> None:
        self._title.text, self._told.text = title, prospect.told
        self.row.classes(add="" if prospect.speaks else "out", remove="out")
        if prospect == self._shown:
            return
        self._shown = prospect
        self._why.clear()
        with self._why:
            for sentence in filter(None, (prospect.reason, prospect.remedy)):
                ui.label(sentence).classes("quiet text-sm")
            offer(self._editing, prospect.provider, prospect.remedy, prospect.code)


@dataclass(frozen=True, slots=True)
class _Movable:
    """A link after the active one, and its buttons."""

    link: _Link
    up: ui.button
    down: ui.button
    remove: ui.button


class Chain:
    def __init__(self, editing: Editing) -> None:
        self._editing = editing
        self._overview = editing.host.services.overview
        self._prospects: list[Prospect] = []
        self._names: dict[str, str] = {}
        self._links: dict[str, _Movable] = {}

    async def build(self) -> None:
        ui.add_css(_STYLE)
        heading("Fallback chain", 2)
        ui.label(
            "The active model speaks. Should it fail, the next one goes on. "
            "Drag a model by its handle, or move it with its arrows."
        ).classes("quiet")
        self._told = ui.label().props('role="status"').classes("sr-only")
        with ui.element("ol").classes("chain"):
            self._first = _Link(self._editing, sortable=False)
            with self._first.row:
                ui.label("Active").classes("tag")
        self._list = ui.list().props('tag="ol" role="list"').classes("chain")
        self._list.make_sortable(handle=".grip", on_end=self._dragged)
        self._choice = ui.select(
            {},
            label="Add a model to the chain",
            on_change=lambda e: self._add(e.value) if e.value else None,
        ).classes("w-full max-w-sm")
        await self._look()
        self._editing.watch(self._look_again)
        ui.timer(LOOK_S, self._look, immediate=False)

    async def _look(self) -> None:
        self._names = {facts.id: facts.name for facts in await self._overview.facts()}
        await self._look_again()

    async def _look_again(self) -> None:
        """Read anew what would happen."""
        self._prospects = await self._overview.chain(self._editing.stored.id)
        self._show()

    def _name(self, provider: str) -> str:
        return self._names.get(provider, provider)

    @property
    def _others(self) -> list[str]:
        """Those after the active one."""
        return [prospect.provider for prospect in self._prospects[1:]]

    def _show(self) -> None:
        active, *others = self._prospects
        self._first.show(f"1. {self._name(active.provider)}", active)
        for gone in self._links.keys() - set(self._others):
            self._links.pop(gone).link.row.delete()
        for index, prospect in enumerate(others):
            title = f"{index + 2}. {self._name(prospect.provider)}"
            self._at(index, prospect.provider).link.show(title, prospect)
        self._list.set_visibility(bool(others))
        named = {active.provider, *self._others}
        absent = {p: name for p, name in self._names.items() if p not in named}
        if absent != self._choice.options or self._choice.value:
            self._choice.set_options(absent, value=None)
        self._choice.set_visibility(bool(absent))

    def _at(self, index: int, provider: str) -> _Movable:
        """The link of ``provider``, where it belongs."""
        if provider not in self._links:
            with self._list:
                self._links[provider] = self._movable(provider)
        movable = self._links[provider]
        if self._list.default_slot.children[index] is not movable.link.row:
            movable.link.row.move(target_index=index)
        movable.up.set_enabled(index > 0)
        movable.down.set_enabled(index < len(self._others) - 1)
        return movable

    def _movable(self, provider: str) -> _Movable:
        link, name = _Link(self._editing, sortable=True), self._name(provider)
        with link.row:
            up = _button("arrow_upward", f"Move {name} up")
            down = _button("arrow_downward", f"Move {name} down")
            remove = _button("close", f"Remove {name} from the chain")
        up.on_click(lambda: self._move(provider, -1))
        down.on_click(lambda: self._move(provider, 1))
        remove.on_click(lambda: self._remove(provider))
        return _Movable(link, up, down, remove)

    async def _dragged(self, event: SortableEventArguments) -> None:
        order = self._others
        moved = order.pop(event.old_index)
        order.insert(event.new_index, moved)
        await self._reorder(order, moved)

    async def _move(self, provider: str, step: int) -> None:
        order = self._others
        index = order.index(provider) + step
        order.insert(index, order.pop(index - step))
        await self._reorder(order, provider)
        moved = self._links[provider]
        pressed, other = (moved.up, moved.down) if step < 0 else (moved.down, moved.up)
        focus(pressed if pressed.enabled else other)

    async def _reorder(self, order: Sequence[str], moved: str) -> None:
        place = order.index(moved) + 2
        if await self._store(order):
            self._told.text = f"{self._name(moved)} is number {place} of {len(order) + 1}."

    async def _add(self, provider: str) -> None:
        if await self._store([*self._others, provider]):
            self._told.text = f"{self._name(provider)} is added to the chain."
            focus(self._choice if self._choice.visible else self._links[provider].remove)

    async def _remove(self, provider: str) -> None:
        index = self._others.index(provider)
        if await self._store([other for other in self._others if other != provider]):
            self._told.text = f"{self._name(provider)} is removed from the chain."
            left = [self._links[other].remove for other in self._others]
            focus_near(index, left, self._choice)

    async def _store(self, others: Sequence[str]) -> bool:
        """Keep ``others`` as the chain, with the active one where the document has it."""

        def edit(document: Document) -> None:
            document["fallback_chain"] = with_active(others, self._editing.config)

        stored = await self._editing.change(edit, said="")
        if not stored:
            self._show()
        return stored


def _button(icon: str, label: str) -> ui.button:
    return called(ui.button(icon=icon).props("flat round dense"), label)


def with_active(others: Sequence[str], config: VoiceConfig) -> list[str]:
    """The fallback chain with ``others`` in this order, and the active one where it was in it."""
    chain = list(others)
    if config.active_provider in config.fallback_chain:
        chain.insert(config.fallback_chain.index(config.active_provider), config.active_provider)
    return chain
