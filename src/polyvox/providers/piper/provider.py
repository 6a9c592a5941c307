"""Piper: quick local voices, one ONNX file each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import ClassVar

from polyvox.domain.capabilities import (
    Availability,
    Capabilities,
    Kind,
    Published,
    TextForm,
    TextLimit,
    Voice,
)
from polyvox.domain.remedy import Remedy, RemedyKind
from polyvox.errors import InvalidSetting, Unavailable
from polyvox.hosting.engine import EngineJob
from polyvox.hosting.inline import InlineHost
from polyvox.provider.base import AudioStream, Provider, ProviderContext, Utterance, VoiceSettings
from polyvox.provider.choice import choose
from polyvox.provider.installing import InstallProgress, OfferedVoice
from polyvox.providers.piper.engine import PiperEngine
from polyvox.providers.piper.licence import licence_of
from polyvox.providers.piper.parts import FORMAT
from polyvox.providers.piper.settings import PROVIDER_ID, PiperOptions, PiperSettings
from polyvox.providers.piper.voices import BrokenVoice, Found, InstalledVoice, Shelf, bundled_folder
from polyvox.text.phonemes import in_band

MAX_CHARACTERS = 400
"""Of one text: about 25 s of speech. The text part's work grows with the square of a sentence."""
_INSTALL = "polyvox voices install piper en_US-ryan-medium"
INSTALL_REMEDY = Remedy(RemedyKind.INSTALL_VOICE, f"Install one: {_INSTALL}", _INSTALL)
VOICES_FOLDER, PARTS_FOLDER = "voices", "parts"


class PiperProvider(Provider[PiperSettings]):
    """Voices from ``data_dir/voices``, the operator's ``voice_dirs`` and the bundled package."""

    id: ClassVar[str] = PROVIDER_ID
    kind: ClassVar[Kind] = Kind.LOCAL
    settings_type: ClassVar[type[VoiceSettings]] = PiperSettings

    def __init__(self, context: ProviderContext) -> None:
        super().__init__(context)
        self._shelf = Shelf(())
        self._host: InlineHost | None = None
        self._known = Found()
        self._capabilities = _capabilities(self._known)

    async def start(self) -> None:
        """Find the voices and load the default one. Raises ConfigError for wrong options."""
        options = PiperOptions.of(self.context.options)
        self._shelf = self._make_shelf(options)
        engine = PiperEngine(self._shelf, self.context.data_dir / PARTS_FOLDER, options)
        self._host = InlineHost(
            engine, workers=options.workers, queue_limit=options.queue_limit, name=PROVIDER_ID
        )
        await self._host.start()

    def _make_shelf(self, options: PiperOptions) -> Shelf:
        folders = [self.context.data_dir / VOICES_FOLDER, *options.voice_dirs]
        bundled = bundled_folder()
        return Shelf([*folders, *([bundled] if bundled else [])], options.default_voice)

    async def stop(self) -> None:
        host, self._host = self._host, None
        if host is not None:
            await host.stop()

    def rescan(self) -> None:
        """See what was installed or removed since; cheap where nothing was."""
        self._shelf.refresh()

    def broken_voices(self) -> Sequence[BrokenVoice]:
        """Files that look like voices and cannot be used, as far as start and requests have shown."""
        return self._shelf.found.broken

    async def catalogue(self) -> Sequence[str]:
        """Ids of all voices that can be installed. Raises Unavailable, BadOutput, ConfigError."""
        return [voice.id for voice in await self.offered_voices()]

    async def offered_voices(self) -> Sequence[OfferedVoice]:
        """All voices that can be installed. Raises Unavailable, BadOutput, ConfigError."""
        from polyvox.providers.piper.install import list_voices

        options = PiperOptions.of(self.context.options)
        return await list_voices(options.catalogue_url, self.context.data_dir / VOICES_FOLDER)

    async def install_voice(
        self, voice_id: str, progress: Callable[[InstallProgress], None]
    ) -> Voice:
        """Into ``data_dir/voices``; see ``install.install_voice`` for what it raises."""
        from polyvox.providers.piper.install import install_voice

        options = PiperOptions.of(self.context.options)
        target = self.context.data_dir / VOICES_FOLDER
        installed = await install_voice(
            voice_id, target_dir=target, catalogue_url=options.catalogue_url, progress=progress
        )
        return installed.voice

    def availability(self) -> Availability:
        if self._host is None:
            return Availability.unavailable("Piper is not running.", "Start Polyvox.")
        self.rescan()
        if not self._shelf.found.voices:
            return Availability.unavailable("No Piper voice is installed.", INSTALL_REMEDY)
        return Availability.ready()

    def capabilities(self) -> Capabilities:
        found = self._shelf.found
        if found is not self._known:
            self._known, self._capabilities = found, _capabilities(found)
        return self._capabilities

    async def voices(self, language: str | None = None) -> Sequence[Voice]:
        self.rescan()
        return self._shelf.of_language(language)

    def revision(self, voice: str | None) -> str:
        installed = self._shelf.found.voices.get(voice or "")
        return f"{FORMAT}-{installed.revision}" if installed else ""

    @asynccontextmanager
    async def speak(self, utterance: Utterance[PiperSettings]) -> AsyncIterator[AudioStream]:
        """Raises UnknownVoice, UnsupportedLanguage and InvalidSetting besides what hosts raise."""
        host = self._host
        if host is None:
            raise Unavailable("Piper is not running.")
        voice = self._choose(utterance)
        asked = utterance.settings.speaker_id
        speaker = voice.speaker if asked is None else asked
        settings = {"speed": utterance.settings.speed, "speaker_id": speaker}
        parts = tuple(in_band(utterance.parts))
        job = EngineJob(utterance.text, utterance.language, voice.id, settings, parts=parts)
        async with host.run(job) as stream:
            yield stream

    def _choose(self, utterance: Utterance[PiperSettings]) -> InstalledVoice:
        asked = utterance.voice or utterance.settings.voice_id
        if asked not in {None, *self._shelf.found.voices}:
            self.rescan()
        found = self._shelf.found.voices
        voices = [installed.voice for installed in found.values()]
        chosen = choose(voices, asked, utterance.language, service="Piper", provider=PROVIDER_ID)
        speakers = found[chosen.id].speakers
        if (utterance.settings.speaker_id or 0) >= speakers:
            raise InvalidSetting(
                f"The voice {chosen.id} has the speakers 0 to {speakers - 1}.", param="speaker_id"
            )
        return found[chosen.id]


def _capabilities(found: Found) -> Capabilities:
    languages = {tag for v in found.voices.values() for tag in v.voice.languages}
    return Capabilities(
        name="Piper",
        languages=tuple(sorted(languages)),
        licence=licence_of(found.voices.values()),
        streaming=True,
        limits={"*": TextLimit(characters=MAX_CHARACTERS)},
        published=Published(quality=4, speed="under 1 s"),
        text=TextForm.VERBALIZED,
        takes_pronunciations=True,
    )
