"""The form that is made of a provider's own settings."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from polyvox.console.dialogs import telling
from polyvox.console.editing import Document, Editing
from polyvox.console.frame import heading
from polyvox.console.setting_controls import Control
from polyvox.errors import InvalidSetting
from polyvox.services.setting_fields import SettingField, SettingsModel

_STYLE = """
.setting { padding: .75rem 0; border-top: 1px solid #8884; width: 100% }
.setting input[type=range] { accent-color: #1d4ed8 }
.body--dark .setting input[type=range] { accent-color: #93c5fd }
"""


class SettingsForm:
    """Of ``provider``, for the personality being edited."""

    def __init__(self, editing: Editing, provider: str, model: SettingsModel) -> None:
        ui.add_css(_STYLE)
        self._editing = editing
        self._provider = provider
        self._model = model
        with ui.row().classes("w-full items-center justify-between"):
            heading("How it speaks", 3)
            ui.button("Reset all", icon="restart_alt", on_click=self._reset).props("flat")
        self._fault = ui.label().props('role="status"')
        self._controls = {field.name: Control(field, self._save) for field in model.fields}
        self.look()

    def look(self) -> None:
        """Show what is stored now."""
        self._fault.text = ""
        try:
            values = self._model.values(self._stored)
        except InvalidSetting as error:  # of another version of the provider
            self._fault.text = f"{error.message} Reset all settings to go on."
            return
        for name, control in self._controls.items():
            control.show(values[name])

    @property
    def _stored(self) -> dict[str, Any]:
        return dict(self._editing.config.of(self._provider).settings)

    async def _save(self, field: SettingField, value: Any) -> None:
        with telling():
            stored = self._model.with_value(self._stored, field, value)
            if not await self._write(stored):
                self.look()

    async def _reset(self) -> None:
        await self._write(self._model.reset(self._stored))

    async def _write(self, settings: dict[str, Any]) -> bool:
        def edit(document: Document) -> None:
            document["providers"].setdefault(self._provider, {})["settings"] = settings

        return await self._editing.change(edit)
