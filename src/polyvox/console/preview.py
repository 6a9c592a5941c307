"""Hearing a voice before it is chosen."""

from __future__ import annotations

from nicegui import ui

from polyvox.console.dialogs import telling
from polyvox.console.editing import Editing
from polyvox.domain.audio import AudioFormat
from polyvox.domain.capabilities import Voice
from polyvox.errors import UnknownReport
from polyvox.services.previews import preview
from polyvox.services.tickets import Ticket


class Preview:
    """The page's one player of voices: what is asked for next takes the place of what is heard."""

    def __init__(self, editing: Editing) -> None:
        self._editing = editing
        self._services = editing.host.services
        self._ticket: Ticket | None = None
        with ui.row().classes("w-full items-center gap-4"):
            self._said = ui.label().props('role="status"')
            self._player = ui.element("audio").props('controls autoplay aria-label="The voice"')
        self._player.classes("grow").set_visibility(False)
        self._player.on("error", self._broken, args=[])

    async def play(self, voice: Voice, language: str) -> None:
        """Speak the sentence of ``language`` with the personality's settings."""
        request = preview(self._editing.config, voice, language)
        with telling():
            self._ticket = await self._services.tickets.issue(request, AudioFormat.MP3)
            self._said.text = f"{voice.name}:"
            self._player.props["src"] = self._ticket.audio
            self._player.set_visibility(True)

    async def _broken(self) -> None:
        """The player got no audio; the report says why."""
        self._player.set_visibility(False)
        self._said.text = f"It could not speak. {await self._reason()}".strip()

    async def _reason(self) -> str:
        try:
            report = await self._services.usage.report(self._ticket.id if self._ticket else "")
        except UnknownReport:
            return ""
        attempts = [attempt for segment in report.segments for attempt in segment.attempts]
        return next((attempt.message for attempt in attempts if attempt.message), "")
