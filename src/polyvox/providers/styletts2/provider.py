"""StyleTTS 2: speech in the style of a short sample, in a process of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from polyvox.domain.capabilities import Capabilities, Voice
from polyvox.domain.language import best_match
from polyvox.domain.written import Pronunciation
from polyvox.errors import BadSample, UnknownVoice
from polyvox.hosting.model_provider import ModelProvider
from polyvox.provider.base import Utterance, VoiceSettings
from polyvox.provider.model_store import ModelKind
from polyvox.provider.packages import Packages
from polyvox.providers.styletts2.claims import SAMPLE, capabilities_of
from polyvox.providers.styletts2.licence import LICENCE
from polyvox.providers.styletts2.published import release_at
from polyvox.providers.styletts2.settings import (
    PROVIDER_ID,
    StyleTTS2Options,
    StyleTTS2Settings,
)
from polyvox.providers.styletts2.weights import LAYOUT, Weights
from polyvox.text.phonemes import in_band

SAMPLE_RATE = 24_000
ONLY_VOICE = "default"
"""Of a checkpoint that has learned from one speaker."""
REVISION = "2"
"""Of our own part in how it sounds; the weights have theirs."""


KIND = ModelKind(
    provider=PROVIDER_ID,
    name="StyleTTS 2",
    licence=LICENCE,
    layout=LAYOUT,
    packages=Packages({"torch": "torch", "transformers": "transformers"}, extra="styletts2"),
    options=StyleTTS2Options,
    release=lambda options: release_at(options.checkpoint, options.base_url),
)


class StyleTTS2Provider(ModelProvider[StyleTTS2Settings, StyleTTS2Options, Weights]):
    """Nothing here loads torch: the engine lives in a child process."""

    id: ClassVar[str] = PROVIDER_ID
    settings_type: ClassVar[type[VoiceSettings]] = StyleTTS2Settings
    model_kind = KIND
    engine_factory = "polyvox.providers.styletts2.engine:create"

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
        if weights is None:
            return ""
        options = self._options()
        return f"{REVISION}-{weights.revision}-{options.decoder}-{options.device}"

    def _parts(self, utterance: Utterance[StyleTTS2Settings]) -> tuple[str | int, ...]:
        """One text, with sounds in it; it has its pauses from the punctuation."""
        if not any(isinstance(part, Pronunciation) and part.ipa for part in utterance.parts):
            return ()
        parts = [part for part in in_band(utterance.parts) if isinstance(part, str)]
        return (" ".join(parts),)

    def _voice(self, utterance: Utterance[StyleTTS2Settings], weights: Weights) -> str | None:
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
