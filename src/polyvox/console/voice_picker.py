"""Which of a provider's voices speaks: searched, heard and chosen, for each language if need be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from nicegui import ui

from polyvox.console.editing import Document, Editing
from polyvox.console.focus import focus
from polyvox.console.frame import called, heading
from polyvox.console.preview import Preview
from polyvox.console.voice_filters import VoiceFilters, name_of
from polyvox.domain.capabilities import Voice
from polyvox.services.voice_search import choose, chosen_voice, described, found, to_hear

SHOWN = 12
"""Voices listed at first; as many more each time they are asked for."""
_STYLE = """
.voices { list-style: none; margin: 0; padding: 0; width: 100% }
.voices li { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .75rem;
  padding: .5rem 0; border-top: 1px solid #8884 }
.voices .about { flex: 1 1 14rem; min-width: 0; overflow-wrap: anywhere }
"""


@dataclass(eq=False, repr=False)
class VoicePicker:
    """Of ``voices``, which are all of ``provider``, at least one."""

    editing: Editing
    provider: str
    voices: Sequence[Voice]
    _shown: int = field(default=SHOWN, init=False)
    _uses: dict[str, ui.button] = field(default_factory=dict, init=False)

    def build(self) -> None:
        ui.add_css(_STYLE)
        heading("Voice", 3)
        self._said = ui.label().props('role="status"')
        self._filters = VoiceFilters(self.voices, self.editing.config.languages, self._search)
        self._preview = Preview(self.editing)
        self._rows = ui.element("ul").classes("voices")
        with ui.row().classes("items-center gap-4"):
            self._count = ui.label().props('role="status"').classes("quiet")
            self._further = ui.button("Show more voices", on_click=self._more).props("flat")
        self._list()

    def look(self) -> None:
        """Show what is chosen now."""
        chosen = self._chosen()
        for voice_id, button in self._uses.items():
            pressed = voice_id == chosen
            button.text = "Chosen" if pressed else "Use"
            button.props(f'aria-pressed="{str(pressed).lower()}"')
            button.props("icon=check" if pressed else "", remove="" if pressed else "icon")
        self._said.text = self._told(chosen)

    def _chosen(self) -> str | None:
        return chosen_voice(self.editing.config, self.provider, self._filters.scope)

    def _told(self, chosen: str | None) -> str:
        scope = self._filters.scope
        whom = name_of(scope) if scope else "All languages"
        if chosen is None:
            rest = "as for all languages" if scope else "the best voice of each is taken"
            return f"{whom}: no voice is chosen, {rest}."
        name = next((voice.name for voice in self.voices if voice.id == chosen), None)
        return f"{whom}: {name}" if name else f"{whom}: {chosen}, which is not installed."

    def _search(self) -> None:
        self._shown = SHOWN
        self._list()

    def _more(self) -> None:
        listed = len(self._uses)
        self._shown += SHOWN
        self._list()
        focus([*self._uses.values()][listed])

    def _list(self) -> None:
        self._uses = {}
        fitting = found(self.voices, self._filters.query)
        self._rows.clear()
        with self._rows:
            for voice in fitting[: self._shown]:
                with ui.element("li"):
                    self._row(voice)
        self._count.text = f"{len(self._uses)} of {len(fitting)} voices"
        self._further.set_visibility(len(fitting) > self._shown)
        self.look()

    def _row(self, voice: Voice) -> None:
        with ui.element("div").classes("about"):
            ui.label(voice.name).classes("font-medium")
            ui.label(described(voice)).classes("quiet text-sm")
        listen = ui.button("Listen", icon="volume_up", on_click=partial(self._listen, voice))
        called(listen.props("flat"), f"Listen to {voice.name}")
        use = ui.button("Use", on_click=partial(self._use, voice))
        called(use.props("outline"), f"Use {voice.name}")
        self._uses[voice.id] = use

    async def _listen(self, voice: Voice) -> None:
        spoken = self.editing.config.languages
        language = to_hear(voice, self._filters.language, spoken.primary, *spoken.supported)
        await self._preview.play(voice, language)

    async def _use(self, voice: Voice) -> None:
        """Choose it, or leave the choice to Polyvox again where it is chosen."""
        scope = self._filters.scope
        wanted = None if voice.id == self._chosen() else voice.id

        def edit(document: Document) -> None:
            choose(document, self.provider, wanted, scope)

        await self.editing.change(edit)
