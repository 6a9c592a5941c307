"""XTTS v2: cloned and studio voices in 17 languages, in a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

from polyvox.domain.capabilities import Availability, Capabilities, Kind, Voice
from polyvox.domain.language import best_match
from polyvox.errors import BadSample, Unavailable, UnknownVoice, UnsupportedLanguage
from polyvox.hosting.engine import EngineJob, Host
from polyvox.provider.base import (
    AudioStream,
    Provider,
    ProviderContext,
    Utterance,
    VoiceSettings,
)
from polyvox.provider.installing import InstallProgress, Model
from polyvox.providers.xtts_v2 import licence
from polyvox.providers.xtts_v2.claims import capabilities_of
from polyvox.providers.xtts_v2.host import availability_of, make_host, revision_of
from polyvox.providers.xtts_v2.settings import PROVIDER_ID, XttsOptions, XttsSettings
from polyvox.providers.xtts_v2.store import ModelStore
from polyvox.providers.xtts_v2.weights import Weights

SAMPLE_RATE = 24_000
NOT_RUNNING = Availability.unavailable("XTTS v2 is not running.", "Start Polyvox.")


class XttsProvider(Provider[XttsSettings]):
    """Nothing here loads torch: the engine lives in a child process, which is started once there are
    weights whose licence was accepted, and anew when they are replaced."""

    id: ClassVar[str] = PROVIDER_ID
    kind: ClassVar[Kind] = Kind.LOCAL
    settings_type: ClassVar[type[VoiceSettings]] = XttsSettings

    def __init__(self, context: ProviderContext) -> None:
        super().__init__(context)
        self._options = XttsOptions()
        self._store: ModelStore | None = None
        self._host: Host | None = None
        self._hosted = ""
        self._changing = asyncio.Lock()

    async def start(self) -> None:
        """Raises ConfigError for wrong options."""
        self._options = XttsOptions.of(self.context.options)
        if licence.agreed_by_environment():
            licence.record_acceptance(self.context.data_dir, by=licence.VARIABLE)
        self._store = ModelStore(self.context.data_dir, self._options)
        if self._options.prewarm and self._store.lack() is None:
            await self._running()

    async def stop(self) -> None:
        self._store = None
        async with self._changing:
            host, self._host = self._host, None
            if host is not None:
                await host.stop()

    def availability(self) -> Availability:
        if self._store is None:
            return NOT_RUNNING
        return self._store.lack() or availability_of(self._host)

    def capabilities(self) -> Capabilities:
        return capabilities_of(self._weights())

    async def voices(self, language: str | None = None) -> Sequence[Voice]:
        """The studio speakers, each of which speaks every language."""
        weights, spoken = self._weights(), self.capabilities().languages
        if weights is None or (language is not None and best_match(language, spoken) is None):
            return []
        return [
            Voice(
                id=name,
                provider=PROVIDER_ID,
                name=name,
                languages=spoken,
                sample_rate=SAMPLE_RATE,
                description="Studio speaker",
            )
            for name in weights.speakers
        ]

    def revision(self, voice: str | None) -> str:
        weights = self._weights()
        return revision_of(weights, self._options) if weights else ""

    def _weights(self) -> Weights | None:
        return self._store.weights() if self._store else None

    @asynccontextmanager
    async def speak(self, utterance: Utterance[XttsSettings]) -> AsyncIterator[AudioStream]:
        """A sample's voice comes before a studio speaker's.

        Raises UnknownVoice, UnsupportedLanguage and BadSample besides what hosts raise.
        """
        host, weights = await self._running()
        job = EngineJob(
            text=utterance.text,
            language=self._language(utterance.language),
            voice=_speaker(utterance, weights),
            settings=utterance.settings.model_dump(exclude={"voice_id"}),
            samples=tuple(str(path) for path in utterance.samples),
        )
        async with host.run(job) as stream:
            yield stream

    async def _running(self) -> tuple[Host, Weights]:
        """The host of the weights that are there now. Raises Unavailable with what is lacking."""
        async with self._changing:
            lack = NOT_RUNNING if self._store is None else self._store.lack()
            weights = self._weights()
            if lack is not None or weights is None:
                told = lack or NOT_RUNNING
                raise Unavailable(told.reason or "", remedy=told.remedy)
            if self._host is not None and self._hosted != weights.revision:
                old, self._host = self._host, None
                await old.stop()
            if self._host is None:
                host = self._make_host(weights)
                await host.start()
                self._host, self._hosted = host, weights.revision
            return self._host, weights

    def _make_host(self, weights: Weights) -> Host:
        return make_host(weights, self._options, self.context.data_dir)

    def _language(self, asked: str) -> str:
        """The provider's own tag of it."""
        able = self.capabilities()
        own = best_match(asked, able.languages)
        if own is None:
            lacking = best_match(asked, able.needs)
            raise UnsupportedLanguage(
                f"XTTS v2 does not speak {asked}{' yet' if lacking else ''}.",
                param="language",
                remedy=able.needs[lacking] if lacking else None,
            )
        return own

    # What ``provider.installing.ModelInstaller`` asks for; the provider need not be started.

    def model(self) -> Model:
        return self._installation().model()

    async def install_model(
        self, progress: Callable[[InstallProgress], None], *, accept_license: bool
    ) -> Model:
        return await self._installation().install(progress, accept_license=accept_license)

    async def add_model(
        self, folder: Path, progress: Callable[[InstallProgress], None], *, accept_license: bool
    ) -> Model:
        return await self._installation().add(folder, progress, accept_license=accept_license)

    async def remove_model(self) -> Model:
        return await self._installation().remove()

    def _installation(self) -> ModelStore:
        return ModelStore(self.context.data_dir, XttsOptions.of(self.context.options))


def _speaker(utterance: Utterance[XttsSettings], weights: Weights) -> str | None:
    """None where the voice is cloned. Raises UnknownVoice, BadSample."""
    if utterance.samples:
        return None
    asked = utterance.voice or utterance.settings.voice_id
    if asked is None and not weights.speakers:
        raise BadSample(
            "These weights of XTTS v2 have no studio speakers: they need a sample to clone.",
            param="voice_samples",
        )
    if asked is not None and asked not in weights.speakers:
        raise UnknownVoice(
            f"XTTS v2 has no studio speaker '{asked[:100]}'.",
            param="voice",
            remedy="They are listed by `polyvox voices --provider xtts_v2`.",
        )
    return asked or weights.speakers[0]
