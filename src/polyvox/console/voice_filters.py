"""What a voice is searched by, as a row of fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import langcodes
from nicegui import ui

from polyvox.domain.capabilities import Voice
from polyvox.domain.voice_config import Languages
from polyvox.services.voice_search import VoiceQuery, genders_of, languages_of, speaks

ANY = ""


class VoiceFilters:
    """Fields for what ``voices`` differ in. ``on_change`` is called after every change."""

    def __init__(
        self, voices: Sequence[Voice], spoken: Languages, on_change: Callable[[], object]
    ) -> None:
        tags = dict.fromkeys((spoken.primary, *spoken.supported))
        able = [tag for tag in tags if any(speaks(voice, tag) for voice in voices)]
        genders = {gender: gender.capitalize() for gender in genders_of(voices)}
        self._on_change = on_change
        with ui.row().classes("w-full gap-4"):
            self._scope = self._select("Voice for", "All languages", {t: name_of(t) for t in able})
            self._words = ui.input("Search voices", on_change=lambda: self._on_change())
            self._words.props('outlined dense clearable type="search" debounce="200"')
            self._words.classes("grow").style("min-width: min(100%, 13rem)")
            self._language = self._select("Language", "Any", languages_of(voices))
            self._gender = self._select("Gender", "Any", genders)

    def _select(self, label: str, anything: str, options: Mapping[str, str]) -> ui.select | None:
        """Nothing where there is nothing to choose from."""
        if len(options) < 2:
            return None
        every = {ANY: anything, **options}
        field = ui.select(every, label=label, value=ANY, on_change=lambda: self._on_change())
        return field.props("outlined dense").style("min-width: min(100%, 11rem)")

    @property
    def scope(self) -> str | None:
        """The language that a voice is chosen for; None for all that have none of their own."""
        return _value(self._scope)

    @property
    def language(self) -> str | None:
        """What the voices are to speak."""
        return self.scope or _value(self._language)

    @property
    def query(self) -> VoiceQuery:
        return VoiceQuery(self._words.value or "", self.language, _value(self._gender))


def _value(field: ui.select | None) -> str | None:
    return str(field.value) if field is not None and field.value else None


def name_of(language: str) -> str:
    """In English: ``Portuguese (Brazil)``."""
    return langcodes.Language.get(language).display_name()
