"""The form of one personality alone, for a frame in the user's own product."""

from __future__ import annotations

from nicegui import ui

from polyvox.console.editing import Editing
from polyvox.console.frame import bare
from polyvox.console.host import ConsoleHost
from polyvox.console.personality import form
from polyvox.errors import PolyvoxError


def register(host: ConsoleHost) -> None:
    @ui.page("/embed/personalities/{personality_id}")
    async def page(personality_id: str) -> None:
        try:
            stored = await host.services.personalities.get(personality_id)
        except PolyvoxError as error:
            with bare("Not found"):
                ui.label(error.message)
            return
        with bare(stored.name):
            await form(Editing(host, stored, embedded=True))
