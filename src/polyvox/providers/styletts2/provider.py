"""StyleTTS 2: speech in the style of a short sample, in a process of its own."""

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
from polyvox.providers.styletts2.claims import SAMPLE, capabilities_of
from polyvox.providers.styletts2.host import make_host, revision_of
from polyvox.providers.styletts2.settings import (
    PROVIDER_ID,
    StyleTTS2Options,
    StyleTTS2Settings,
)
from polyvox.providers.styletts2.store import open_store
from polyvox.providers.styletts2.weights import Weights

SAMPLE_RATE = 24_000
ONLY_VOICE = "default"
"""Of a checkpoint that has learned from one speaker."""


class StyleTTS2Provider(ModelProvider[StyleTTS2Settings, Weights]):
    """Nothing here loads torch: the engine lives in a child process."""

    id: ClassVar[str] = PROVIDER_ID
    settings_type: ClassVar[type[VoiceSettings]] = StyleTTS2Settings

    def _options(self) -> StyleTTS2Options:
        return StyleTTS2Options.of(self.context.options)

    def _open(self) -> ModelStore[Weights]:
        return open_store(self.context.data_dir, self._options())

    def _make_host(self, weights: Weights) -> Host:
        return make_host(weights, self._options(), self.context.data_dir)

    def capabilities(self) -> Capabilities:
        return capabilities_of(self._weights())

    async def voices(self, language: str | None = None) -> Sequence[Voice]:
        """The one of a checkpoint for one speaker; others have none but those of samples."""
        weights, spoken = self._weights(), self.capabilities().languages
        if weights is None or weights.multispeaker:
            return []
        if language is not None and best_match(language, spoken) is None:
            return []
        voice = Voice(
            id=ONLY_VOICE,
            provider=PROVIDER_ID,
            name=weights.name or "Default",
            languages=spoken,
            sample_rate=SAMPLE_RATE,
            description="The speaker of the checkpoint",
        )
        return [voice]

    def revision(self, voice: str | None) -> str:
        weights = self._weights()
        return revision_of(weights, self._options()) if weights else ""

    @asynccontextmanager
    async def speak(self, utterance: Utterance[StyleTTS2Settings]) -> AsyncIterator[AudioStream]:
        """Raises UnknownVoice, UnsupportedLanguage and BadSample besides what hosts raise."""
        host, weights = await self._running()
        job = EngineJob(
            text=utterance.text,
            language=self._language(utterance.language),
            voice=_voice(utterance, weights),
            settings=utterance.settings.model_dump(),
            samples=tuple(str(path) for path in utterance.samples),
            before=utterance.before,
        )
        async with host.run(job) as stream:
            yield stream


def _voice(utterance: Utterance[StyleTTS2Settings], weights: Weights) -> str | None:
    """None where the voice is a sample's. Raises UnknownVoice, BadSample."""
    if weights.multispeaker and not utterance.samples:
        raise BadSample(
            "StyleTTS 2 speaks in the voice of a sample, and there is none.",
            param="voice_samples",
            remedy=f"Give it one of {SAMPLE.min_s:g} to {SAMPLE.max_s:g} s.",
        )
    if utterance.samples and not weights.multispeaker:
        raise BadSample(
            "These weights of StyleTTS 2 know one speaker only and clone nobody.",
            param="voice_samples",
            remedy="Leave the samples out, or install the LibriTTS checkpoint.",
        )
    own = None if weights.multispeaker else ONLY_VOICE
    if utterance.voice not in {None, own}:
        raise UnknownVoice(
            f"StyleTTS 2 has no voice '{str(utterance.voice)[:100]}'.",
            param="voice",
            remedy=f"It has {own or 'the voices of samples only'}.",
        )
    return own
