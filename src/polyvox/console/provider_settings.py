"""The settings of one model at a time: whether it may speak, in which voice, and how."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from polyvox.console.editing import Document, Editing
from polyvox.console.frame import heading, told
from polyvox.console.remedies import offer
from polyvox.console.settings_form import SettingsForm
from polyvox.console.voice_picker import VoicePicker
from polyvox.domain.capabilities import State
from polyvox.errors import PolyvoxError
from polyvox.services.setting_fields import SettingsModel

_STYLE = """
.of-model { display: flex; flex-direction: column; gap: 2rem; margin-top: 1rem;
  width: 100%; max-width: 48rem }
.of-model > section { display: flex; flex-direction: column; gap: .75rem; margin: 0 }
"""


class ProviderSettings:
    def __init__(self, editing: Editing) -> None:
        self._editing = editing
        self._providers = editing.host.services.providers
        self._provider = editing.config.active_provider
        self._looks: list[Callable[[], object]] = []

    async def build(self) -> None:
        ui.add_css(_STYLE)
        heading("Settings", 2)
        ui.label("Every model has its own. What you change is saved at once.").classes("quiet")
        names = {found.id: self._providers.name_of(found.id) for found in self._providers.all()}
        if self._provider not in names:
            self._provider = next(iter(names))
        choice = ui.select(
            names,
            label="Settings of",
            value=self._provider,
            on_change=lambda event: self._turn_to(event.value),
        )
        choice.props("outlined").classes("q-mt-sm").style("width: min(100%, 22rem)")
        await self._of_model()
        self._editing.watch(self._look)
        self._editing.when_opened(lambda _, provider: choice.set_value(provider))

    async def _turn_to(self, provider: str) -> None:
        self._provider = provider
        await self._of_model.refresh()

    async def _look(self) -> None:
        for look in self._looks:
            look()

    @ui.refreshable_method
    async def _of_model(self) -> None:
        self._looks = []
        with ui.element("div").classes("of-model"):
            with ui.element("section"):
                self._state()
                self._switch()
            with ui.element("section"):
                await self._voice()
            with ui.element("section"):
                self._form()

    def _state(self) -> None:
        """Why it cannot speak, and what to do; nothing where it can."""
        found = self._providers.find(self._provider).availability()
        if found.state is State.READY:
            return
        with ui.element("div").classes("hindrance"):
            for sentence in filter(None, (found.reason, found.remedy)):
                ui.label(sentence)
            offer(self._editing, self._provider, found.remedy)

    def _switch(self) -> None:
        def enabled() -> bool:
            return self._editing.config.of(self._provider).enabled

        async def give(wanted: bool) -> None:
            def edit(document: Document) -> None:
                document["providers"].setdefault(self._provider, {})["enabled"] = wanted

            if wanted != enabled():
                await self._editing.change(edit)

        label = (
            f"{self._providers.name_of(self._provider)} may speak for {self._editing.stored.name}"
        )
        switch = ui.switch(label, value=enabled(), on_change=lambda event: give(event.value))
        self._looks.append(lambda: switch.set_value(enabled()))

    async def _voice(self) -> None:
        try:
            voices = await self._providers.voices(self._provider)
        except PolyvoxError as error:
            told(error)
            return
        if voices:
            picker = VoicePicker(self._editing, self._provider, voices)
            picker.build()
            self._looks.append(picker.look)
            return
        heading("Voice", 3)
        ready = self._providers.find(self._provider).availability().state is State.READY
        ui.label(
            "It speaks in the voice of a sample: see Samples."
            if ready
            else "Its voices are listed once it can be used."
        ).classes("quiet")

    def _form(self) -> None:
        settings_type = self._providers.settings_type(self._provider)
        if settings_type is not None:
            form = SettingsForm(self._editing, self._provider, SettingsModel(settings_type))
            self._looks.append(form.look)
