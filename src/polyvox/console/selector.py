"""The voice model: one card per provider, local and cloud; choosing one switches at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import ui

from polyvox.console.editing import Document, Editing
from polyvox.console.focus import focus
from polyvox.console.frame import called, heading
from polyvox.console.model_card import Fact, facts_of
from polyvox.console.remedies import offer
from polyvox.domain.capabilities import Kind, State
from polyvox.services.overview import ProviderFacts
from polyvox.services.prospects import Prospect

GROUPS = {Kind.LOCAL: "Local", Kind.CLOUD: "Cloud", None: "Not working"}
LOOK_S = 5.0
"""How often availability and speed are looked at again, in seconds."""
_STYLE = """
.models { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr));
  gap: 1rem; width: 100%; padding: 0; margin: .5rem 0 1.5rem; list-style: none }
.body--dark .choose { color: #93c5fd !important }
.model { border: 1px solid #8886; border-radius: .5rem; padding: 1rem; height: 100%;
  display: flex; flex-direction: column; gap: .6rem; box-sizing: border-box }
.model > .content { display: grid; gap: .6rem }
.model.active { border: 2px solid #1d4ed8 } .body--dark .model.active { border-color: #93c5fd }
.models h4, .group { font-size: 1.05rem; line-height: 1.4; font-weight: 600; margin: 0 }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem .8rem; margin: 0 }
.facts dd { margin: 0; overflow-wrap: anywhere }
.tag { border: 1px solid currentColor; border-radius: 1rem; padding: 0 .5rem; font-size: .75rem }
.mark { font-weight: 600; color: #1d4ed8 } .body--dark .mark { color: #93c5fd }
"""


@dataclass(frozen=True, slots=True)
class _Choice:
    """What an undo goes back to: who was active, and whether ``chosen`` was switched off then."""

    chosen: str
    before: str
    was_off: bool


class Selector:
    def __init__(self, editing: Editing) -> None:
        self._editing = editing
        self._overview = editing.host.services.overview
        self._facts: list[ProviderFacts] = []
        self._alone: dict[str, Prospect] = {}
        self._cards: dict[str, _Card] = {}
        self._last: _Choice | None = None

    async def build(self) -> None:
        ui.add_css(_STYLE)
        heading("Voice model", 2)
        self._facts = await self._overview.facts()
        with ui.element("div").props('role="status"').classes("row items-center gap-3 q-my-sm"):
            self._said = ui.label()
            self._back = ui.button(icon="undo", on_click=self._undo)
            self._back.props("outline").classes("choose")
        for kind, name in GROUPS.items():
            self._group(name, [facts for facts in self._facts if facts.kind is kind])
        await self._ask()
        self._editing.watch(self._look_again)
        ui.timer(LOOK_S, self._look, immediate=False)

    def _group(self, name: str, group: list[ProviderFacts]) -> None:
        if not group:
            return
        with ui.element("h3").classes("group"):
            ui.label(name)
        with ui.element("ul").classes("models"):
            for facts in group:
                with ui.element("li"):
                    self._cards[facts.id] = _Card(self._editing, facts, self._use)

    async def _look(self) -> None:
        self._facts = await self._overview.facts()
        await self._look_again()

    async def _look_again(self) -> None:
        """After a change of the personality, which leaves the facts of providers as they are."""
        self._show()  # who is active is seen at once; what else has changed takes some asking
        await self._ask()

    async def _ask(self) -> None:
        self._alone = await self._overview.alone(self._editing.stored.id)
        self._show()

    def _show(self) -> None:
        self._say()
        for facts in self._facts:
            prospect = self._alone.get(facts.id)
            self._cards[facts.id].show(facts, prospect, active=facts.id == self._active)

    @property
    def _active(self) -> str:
        return self._editing.config.active_provider

    def _name(self, provider: str) -> str:
        return next((f.name for f in self._facts if f.id == provider), provider)

    def _say(self) -> None:
        prospect = self._alone.get(self._active)
        said = f"{self._name(self._active)} is the active model."
        if prospect is None or not prospect.speaks:
            said += " It cannot speak now, so the fallback chain does."
        self._said.text = said
        last = self._last
        undoable = last is not None and last.chosen == self._active
        self._back.set_visibility(undoable)
        if last is not None and undoable:
            self._back.text = f"Undo: back to {self._name(last.before)}"

    async def _use(self, provider: str) -> None:
        was_off = not self._editing.config.of(provider).enabled
        choice = _Choice(provider, self._active, was_off)

        def switch_on(document: Document) -> None:
            document["providers"][provider]["enabled"] = True
            document["active_provider"] = provider

        self._last, before = choice, self._last
        said = f"{self._name(provider)} speaks from the next sentence on."
        done = (
            await self._editing.change(switch_on, said)
            if was_off
            else await self._editing.switch(provider, said)
        )
        if done:
            focus(self._back)  # the button that was pressed is hidden
        else:
            self._last = before

    async def _undo(self) -> None:
        last, self._last = self._last, None
        if last is None:
            return

        def switch_back(document: Document) -> None:
            document["active_provider"] = last.before
            if last.was_off:
                document["providers"][last.chosen]["enabled"] = False

        if await self._editing.change(switch_back, f"Back to {self._name(last.before)}."):
            focus(self._cards[last.chosen].use)


class _Card:
    """Its elements stay, so that who is on its button stays there while the rest changes.

    ``use`` is the button; the one given is what it does."""

    def __init__(
        self, editing: Editing, facts: ProviderFacts, use: Callable[[str], Awaitable[None]]
    ) -> None:
        self._editing = editing
        self._shown: object = None
        with ui.element("article") as self._frame:
            called(self._frame, facts.name)
            with ui.element("h4"):
                ui.label(facts.name)
            self._content = ui.element("div").classes("content")
            ui.space()
            with ui.row().classes("items-center gap-1 mark") as self._mark:
                ui.icon("check_circle").props('aria-hidden="true"')
                ui.label("Active")
            self.use = ui.button(f"Use {facts.name}", on_click=lambda: use(facts.id))
            self.use.props("outline").classes("choose self-start")

    def show(self, facts: ProviderFacts, prospect: Prospect | None, *, active: bool) -> None:
        self._frame.classes(replace="model active" if active else "model")
        self._mark.set_visibility(active)
        self.use.set_visibility(not active)
        lines = facts_of(facts, prospect)
        shown = (facts.availability, prospect, lines)
        if shown == self._shown:
            return
        self._shown = shown
        self._content.clear()
        with self._content:
            _state(self._editing, facts, prospect)
            with ui.element("dl").classes("facts"):
                for line in lines:
                    _line(line)


def _state(editing: Editing, facts: ProviderFacts, prospect: Prospect | None) -> None:
    """What is in the way of its speaking, and what to do; nothing where it can."""
    if facts.availability.state is State.LOADING:
        ui.label(facts.availability.reason or "It is loading.").classes("quiet")
    if prospect is None or prospect.speaks:
        return
    with ui.element("div").classes("hindrance"):
        ui.label(prospect.reason or prospect.told).classes("font-medium")
        if prospect.remedy:
            ui.label(prospect.remedy)
        offer(editing, prospect.provider, prospect.remedy, prospect.code)


def _line(fact: Fact) -> None:
    with ui.element("dt").classes("quiet"):
        ui.label(fact.name)
    with ui.element("dd"), ui.row().classes("items-center gap-2"):
        value = ui.label(fact.value)
        if fact.spoken:
            called(value.props("role=img"), fact.spoken)
        if fact.source:
            ui.label(fact.source).classes("tag")
