"""How a word is spoken: entered, heard as it is and as it would be, and added to the lexicon."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from polyvox.console.dialogs import telling
from polyvox.console.editing import Document, Editing
from polyvox.console.focus import focus
from polyvox.console.frame import heading
from polyvox.domain.lexicon import LexiconEntry, documents, identity, parse_lexicon
from polyvox.domain.voice_config import VoiceConfig

Hear = Callable[[str, VoiceConfig], Awaitable[None]]


class AddWord:
    """``hear`` speaks a text as a document says."""

    def __init__(self, editing: Editing, hear: Hear) -> None:
        self._editing = editing
        self._hear = hear

    def build(self) -> None:
        with ui.expansion("How a word is spoken").classes("w-full q-my-sm") as opened:
            opened.props('header-style="padding-inline: 0"')
            heading("How a word is spoken", 3)
            told = (
                "A word that comes out wrong is spelled as it sounds, in IPA, or both: models that take "
                "IPA speak that, the others the spelling. It holds for this personality."
            )
            ui.label(told).classes("quiet")
            with ui.row().classes("w-full items-center gap-4 q-my-sm"):
                self._written = self._field("Written", "Xiaomi")
                self._spoken = self._field("Spoken", "shao mee")
                self._ipa = self._field("IPA (optional)", "ʃaʊˈmiː")
            with ui.row().classes("items-center gap-2"):
                before = ui.button("Hear it as it is", icon="hearing", on_click=self._before)
                after = ui.button("Hear it as entered", icon="hearing", on_click=self._after)
                for button in (before, after):
                    button.props("outline")
                ui.button("Add the word", icon="add", on_click=self._add)

    def _field(self, label: str, example: str) -> ui.input:
        field = ui.input(label, placeholder=example)
        field.classes("grow").style("min-width: min(100%, 12rem)").props("outlined")
        return field

    async def _before(self) -> None:
        await self._hear(self._written.value or "", self._editing.config)

    async def _after(self) -> None:
        with telling():
            config = self._editing.config
            words = parse_lexicon(self._with_word(config, self._entered()))
            await self._hear(
                self._written.value or "", config.model_copy(update={"lexicon": words})
            )

    async def _add(self) -> None:
        with telling():
            entry = self._entered()

            def edit(document: Document) -> None:
                document["lexicon"] = documents(self._with_word(self._editing.config, entry))

            if await self._editing.change(edit, f"{entry.written} is in the lexicon."):
                for field in (self._written, self._spoken, self._ipa):
                    field.value = ""
                focus(self._written)

    def _entered(self) -> LexiconEntry:
        """Raises InvalidSetting."""
        fields = {"written": self._written, "spoken": self._spoken, "ipa": self._ipa}
        [entry] = parse_lexicon([{name: field.value or "" for name, field in fields.items()}])
        return entry

    def _with_word(self, config: VoiceConfig, entry: LexiconEntry) -> list[LexiconEntry]:
        """The personality's words, with ``entry`` in the place of one for the same word."""
        others = [each for each in config.lexicon if identity(each) != identity(entry)]
        return [*others, entry]
