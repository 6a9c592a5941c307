"""Trying a personality: a text is spoken at once, and the timeline shows how that came about."""

from __future__ import annotations

from nicegui import ui

from polyvox.console.add_word import AddWord
from polyvox.console.editing import Editing
from polyvox.console.focus import rescue
from polyvox.console.frame import heading, told
from polyvox.console.timeline import Timeline
from polyvox.domain.audio import AudioFormat
from polyvox.domain.speech import Outcome, SpeechReport, SpeechRequest
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import NoVoiceLeft, PolyvoxError, UnknownReport
from polyvox.services.languages import languages
from polyvox.services.previews import sentence
from polyvox.services.tickets import Ticket

LOOK_S = 0.25
"""How often the timeline follows a reply that is being made."""
AS_CONFIGURED = ""


class TryIt:
    def __init__(self, editing: Editing) -> None:
        self._editing = editing
        self._services = editing.host.services
        self._spoken: Ticket | None = None

    async def build(self) -> None:
        heading("Try it", 2)
        self._ask()
        AddWord(self._editing, self._hear).build()
        self._player = ui.element("audio").props('controls autoplay aria-label="The speech"')
        self._player.classes("w-full").set_visibility(False)
        self._player.on("error", self._broken, args=[])
        self._player.on("ended", self._silent, args=[])
        self._timeline = Timeline(self._editing)
        self._following = ui.timer(LOOK_S, self._follow, active=False)
        self._editing.watch(self._offer)

    def _ask(self) -> None:
        greeting = sentence(self._editing.config.languages.primary)
        self._text = ui.textarea("Text", value=greeting).classes("w-full")
        self._text.props("autogrow outlined")
        with ui.row().classes("w-full items-center gap-4 q-my-sm"):
            self._language = ui.select(self._tongues(), label="Language", value=AS_CONFIGURED)
            self._provider = ui.select(self._voices(), label="Provider", value=AS_CONFIGURED)
            for choice in (self._language, self._provider):
                choice.classes("grow").style("min-width: min(100%, 15rem)").props("outlined")
        with ui.row().classes("items-center gap-2"):
            self._speak_button = ui.button("Speak", icon="volume_up", on_click=self._speak)
            self._stop_button = ui.button("Stop", icon="stop", on_click=self._stop).props("outline")
            self._download_button = ui.button("Download", icon="download", on_click=self._download)
            self._download_button.props("flat")
        self._stop_button.disable()
        self._download_button.disable()

    def _tongues(self) -> dict[str, str]:
        """The personality's languages first, then all others that somebody speaks."""
        chosen = self._editing.config.languages
        rows = languages(self._services.providers)
        names = {row.language: _both(row.name, row.own_name) for row in rows}
        spoken = [row.language for row in rows if row.providers]
        offered = dict.fromkeys((*chosen.supported, *spoken))
        primary = names.get(chosen.primary, chosen.primary)
        return {AS_CONFIGURED: f"Its own: {primary}"} | {t: names.get(t, t) for t in offered}

    def _voices(self) -> dict[str, str]:
        providers = self._services.providers
        active = providers.name_of(self._editing.config.active_provider)
        installed = {found.id: providers.name_of(found.id) for found in providers.all()}
        return {AS_CONFIGURED: f"As configured: {active}"} | installed

    async def _offer(self) -> None:
        self._language.set_options(self._tongues())
        self._provider.set_options(self._voices())

    async def _speak(self) -> None:
        await self._play(self._request())

    async def _hear(self, text: str, config: VoiceConfig) -> None:
        """Speak ``text`` as ``config`` says, which need not be stored."""
        whole = {"text": text, "personality": None, "voice_config": config}
        await self._play(self._request().model_copy(update=whole))

    async def _play(self, request: SpeechRequest) -> None:
        self._stop()
        self._spoken = await self._ticket(request)
        if self._spoken is None:
            return
        self._player.props["src"] = self._spoken.audio
        self._player.set_visibility(True)
        self._stop_button.enable()
        self._download_button.enable()
        self._following.activate()

    def _request(self) -> SpeechRequest:
        """What the form asks for."""
        return SpeechRequest(
            text=self._text.value or "",
            personality=self._editing.stored.id,
            language=self._language.value or None,
            provider=self._provider.value or None,
        )

    async def _ticket(self, request: SpeechRequest) -> Ticket | None:
        """None, and told, where the request is refused."""
        try:
            return await self._services.tickets.issue(request, AudioFormat.MP3)
        except PolyvoxError as error:
            told(error)
            if isinstance(error, NoVoiceLeft) and error.speech_id:
                self._timeline.show(await self._services.usage.report(error.speech_id))
            return None

    def _stop(self) -> None:
        """Hangs up, which ends the work behind it."""
        self._player.props(remove="src").run_method("load")
        self._silent()

    def _silent(self) -> None:
        self._stop_button.disable()
        rescue(self._stop_button, self._speak_button)

    async def _download(self) -> None:
        """The same again; as a rule it comes from the cache."""
        ticket = await self._ticket(self._request())
        if ticket is not None:
            ui.download.from_url(ticket.audio, f"{self._editing.stored.id}.mp3")

    async def _follow(self) -> None:
        report = await self._report()
        if report is not None:
            self._timeline.show(report)
            if report.outcome is not Outcome.RUNNING:
                self._following.deactivate()

    async def _report(self) -> SpeechReport | None:
        """None until the player has come for it."""
        assert self._spoken is not None  # noqa: S101 - followed from then on
        try:
            running = self._services.speak.running(self._spoken.id)
            return running or await self._services.usage.report(self._spoken.id)
        except UnknownReport:
            return None

    async def _broken(self) -> None:
        """The player got no audio. Why, the report says; where there is none, it was not the voices."""
        self._stop()
        if await self._report() is None:
            self._following.deactivate()
            ui.notify("The audio could not be played.", type="negative")


def _both(name: str, own_name: str) -> str:
    return name if name == own_name else f"{name} – {own_name}"
