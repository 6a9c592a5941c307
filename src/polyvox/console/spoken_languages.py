"""What a personality speaks: its primary language, the others, and which of its models can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import langcodes
from nicegui import ui
from nicegui.element import Element

from polyvox.console.editing import Document, Editing
from polyvox.console.frame import heading
from polyvox.domain.voice_config import Languages
from polyvox.services.languages import ForPersonality, for_personality, variants

_STYLE = """
.languages { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr));
  gap: 0 2rem; list-style: none; margin: 0; padding: 0; width: 100% }
.languages li { border-top: 1px solid #8884; padding: .35rem 0 }
.languages .who { padding-left: 2.6rem; overflow-wrap: anywhere }
"""


@dataclass(frozen=True, slots=True)
class _Row:
    """What one language is shown by."""

    item: Element
    box: ui.checkbox
    who: ui.label


class SpokenLanguages:
    def __init__(self, editing: Editing) -> None:
        self._editing = editing
        self._services = editing.host.services
        self._known: dict[str, ForPersonality] = {}
        self._rows: dict[str, _Row] = {}

    async def build(self) -> None:
        ui.add_css(_STYLE)
        self._known = await self._read()
        heading("Languages", 2)
        with ui.row().classes("w-full gap-4 q-my-sm"):
            self._primary = self._choice("Primary language", self._speak_first)
            self._variant = self._choice("Add a regional variant", self._add)
        heading("It speaks", 3)
        told = (
            "Below each language are the models of this personality that can speak it now. More "
            "languages come with voices and models that are installed (System)."
        )
        ui.label(told).classes("quiet")
        with ui.row().classes("w-full items-center gap-4 q-my-sm"):
            self._words = ui.input("Search languages", on_change=self._filter)
            self._words.props('outlined dense clearable type="search"')
            self._count = ui.label().props('role="status"').classes("quiet")
        self._list()
        self._editing.watch(self._look)

    def _choice(self, label: str, choose: Callable[[str], object]) -> ui.select:
        choice = ui.select(
            {},
            label=label,
            with_input=True,
            on_change=lambda event: choose(event.value) if event.value else None,
        )
        return choice.props("outlined").classes("grow").style("min-width: min(100%, 16rem)")

    @property
    def _chosen(self) -> Languages:
        return self._editing.config.languages

    async def _read(self) -> dict[str, ForPersonality]:
        found = await for_personality(self._services, self._editing.stored)
        return {language.tag: language for language in found}

    async def _look(self) -> None:
        before, self._known = self._known, await self._read()
        if before.keys() != self._known.keys():
            self._list.refresh()
        else:
            self._show()

    @ui.refreshable_method
    def _list(self) -> None:
        with ui.element("ul").classes("languages"):
            self._rows = {tag: self._row(language) for tag, language in self._known.items()}
        self._show()

    def _row(self, language: ForPersonality) -> _Row:
        with ui.element("li") as item:
            with ui.row().classes("items-center gap-2"):
                box = ui.checkbox(
                    language.name, on_change=lambda e: self._speak(language.tag, wanted=e.value)
                )
                if language.own_name != language.name:
                    ui.label(language.own_name).props["lang"] = language.tag
            who = ui.label().classes("who quiet text-sm")
        return _Row(item, box, who)

    def _show(self) -> None:
        """Put into the fields what is stored now."""
        primary = self._chosen.primary
        for tag, row in self._rows.items():
            row.box.value = tag == primary or tag in self._chosen.supported
            row.box.set_enabled(tag != primary)
            row.who.text = self._who(self._known[tag])
        offered = [tag for tag in variants(self._services.providers) if tag not in self._known]
        self._variant.set_options({tag: _named(tag) for tag in offered}, value=None)
        self._primary.set_options(
            {tag: _named(tag) for tag in (*self._known, *offered)}, value=primary
        )
        self._filter()

    def _who(self, language: ForPersonality) -> str:
        name = self._services.providers.name_of
        first = "Primary language; " if language.tag == self._chosen.primary else ""
        if language.speakers:
            return first + ", ".join(map(name, language.speakers))
        if language.others:
            return f"{first}none of its models; {', '.join(map(name, language.others))} could"
        if language.unready:
            return f"{first}none yet; {' and '.join(map(name, language.unready))} could, once ready"
        return f"{first}no model yet"

    def _filter(self) -> None:
        words = (self._words.value or "").casefold().split()
        shown = 0
        for tag, row in self._rows.items():
            language = self._known[tag]
            text = f"{language.name} {language.own_name} {tag}".casefold()
            fits = all(word in text for word in words)
            row.item.set_visibility(fits)
            shown += fits
        self._count.text = f"{shown} of {len(self._rows)} languages"

    async def _speak_first(self, tag: str) -> None:
        """The one that was first before stays among the others, as its box shows it."""
        before = self._chosen
        if tag != before.primary:
            others = dict.fromkeys((*before.supported, before.primary))
            await self._change({"primary": tag, "supported": list(others)})

    async def _speak(self, tag: str, *, wanted: bool) -> None:
        supported = self._chosen.supported
        if wanted == (tag in supported) or tag == self._chosen.primary:
            return
        kept = [other for other in supported if other != tag]
        await self._change({"supported": [*kept, tag] if wanted else kept})

    async def _add(self, tag: str) -> None:
        await self._speak(tag, wanted=True)

    async def _change(self, languages: Document) -> None:
        def edit(document: Document) -> None:
            document["languages"] |= languages

        if not await self._editing.change(edit):
            self._show()


def _named(tag: str) -> str:
    """In English and by its own name: ``German – Deutsch``."""
    language = langcodes.Language.get(tag)
    name, own = language.display_name(), language.autonym()
    return name if name == own else f"{name} – {own}"
