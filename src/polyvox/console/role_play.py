"""What becomes of actions between stars: read, left out, or spoken by another personality."""

from __future__ import annotations

from nicegui import ui

from polyvox.console.editing import Document, Editing
from polyvox.console.frame import heading
from polyvox.domain.voice_config import Actions

CHOICES = {Actions.READ.value: "Read like a sentence", Actions.SKIP.value: "Left out"}
_NARRATED = f"{Actions.NARRATOR.value}:"


class RolePlay:
    def __init__(self, editing: Editing) -> None:
        self._editing = editing

    async def build(self) -> None:
        heading("Role play", 2)
        told = "What stands by itself between stars, such as *holds out a hand*, is done, not said."
        ui.label(told).classes("quiet")
        self._choice = ui.select(
            {}, label="Actions between stars", on_change=lambda event: self._choose(event.value)
        )
        self._choice.props("outlined").classes("w-full max-w-sm q-my-sm")
        await self._look()
        self._editing.watch(self._look)

    @property
    def _chosen(self) -> str:
        config = self._editing.config
        narrated = config.actions is Actions.NARRATOR
        return f"{_NARRATED}{config.narrator}" if narrated else config.actions.value

    async def _look(self) -> None:
        """Put into the field what is stored now."""
        everyone = await self._editing.host.services.personalities.list()
        own = self._editing.stored.id
        narrators = {
            f"{_NARRATED}{one.id}": f"Spoken by {one.name}" for one in everyone if one.id != own
        }
        chosen = self._chosen
        if chosen not in CHOICES and chosen not in narrators:
            narrators[chosen] = f"Spoken by '{self._editing.config.narrator}', who is gone"
        self._choice.set_options({**CHOICES, **narrators}, value=chosen)

    async def _choose(self, wanted: str | None) -> None:
        if wanted is None or wanted == self._chosen:
            return

        def edit(document: Document) -> None:
            document["actions"] = wanted.partition(":")[0]
            if wanted.startswith(_NARRATED):
                document["narrator"] = wanted.removeprefix(_NARRATED)
            else:
                document.pop("narrator", None)

        if not await self._editing.change(edit):
            await self._look()
