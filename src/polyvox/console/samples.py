"""Part of the personality form."""

from __future__ import annotations

from nicegui import ui

from polyvox.console.editing import Editing


async def build(editing: Editing) -> None:
    ui.label("samples")
