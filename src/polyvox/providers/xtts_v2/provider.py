"""XTTS v2: cloned and studio voices in 17 languages, in a process of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import ClassVar

from polyvox.domain.capabilities import Capabilities, Voice
from polyvox.domain.language import best_match
from polyvox.errors import BadSample, UnknownVoice
from polyvox.hosting.engine import EngineJob, Host
from polyvox.hosting.model_provider import ModelProvider
from polyvox.provider.base import AudioStream, Utterance, VoiceSettings
from polyvox.provider.model_store import ModelStore
from polyvox.providers.xtts_v2.claims import capabilities_of
from polyvox.providers.xtts_v2.host import make_host, revision_of
from polyvox.providers.xtts_v2.settings import PROVIDER_ID, XttsOptions, XttsSettings
from polyvox.providers.xtts_v2.store import open_store
from polyvox.providers.xtts_v2.weights import Weights

SAMPLE_RATE = 24_000


class XttsProvider(ModelProvider[XttsSettings, Weights]):
    """Nothing here loads torch: the engine lives in a child process."""

    id: ClassVar[str] = PROVIDER_ID
    settings_type: ClassVar[type[VoiceSettings]] = XttsSettings

    def _options(self) -> XttsOptions:
        return XttsOptions.of(self.context.options)

    def _open(self) -> ModelStore[Weights]:
        return open_store(self.context.data_dir, self._options())

    def _make_host(self, weights: Weights) -> Host:
        return make_host(weights, self._options(), self.context.data_dir)

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
        return revision_of(weights, self._options()) if weights else ""

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
