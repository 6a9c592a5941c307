"""XTTS v2: cloned and studio voices in 17 languages, in a process of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from polyvox.domain.capabilities import Capabilities, Voice
from polyvox.domain.language import best_match
from polyvox.errors import BadSample, UnknownVoice
from polyvox.hosting.model_provider import ModelProvider
from polyvox.provider.base import Utterance, VoiceSettings
from polyvox.provider.model_store import ModelKind
from polyvox.provider.packages import Packages
from polyvox.providers.xtts_v2.claims import capabilities_of
from polyvox.providers.xtts_v2.licence import CONSENT, LICENCE
from polyvox.providers.xtts_v2.published import release_at
from polyvox.providers.xtts_v2.settings import PROVIDER_ID, XttsOptions, XttsSettings
from polyvox.providers.xtts_v2.weights import LAYOUT, Weights

SAMPLE_RATE = 24_000
REVISION = "1"
"""Of our own part in how it sounds; the weights have theirs."""
KIND = ModelKind(
    provider=PROVIDER_ID,
    name="XTTS v2",
    licence=LICENCE,
    layout=LAYOUT,
    packages=Packages({"torch": "torch", "TTS": "coqui-tts", "six": "six"}, extra="xtts"),
    options=XttsOptions,
    release=lambda options: release_at(options.base_url),
    consent=CONSENT,
)
"""coqui-tts needs six without saying so."""


class XttsProvider(ModelProvider[XttsSettings, XttsOptions, Weights]):
    """Nothing here loads torch: the engine lives in a child process."""

    id: ClassVar[str] = PROVIDER_ID
    settings_type: ClassVar[type[VoiceSettings]] = XttsSettings
    model_kind = KIND
    engine_factory = "polyvox.providers.xtts_v2.engine:create"

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
        if weights is None:
            return ""
        options = self._options()
        return f"{REVISION}-{weights.revision}-{options.precision}-{options.device}"

    def _voice(self, utterance: Utterance[XttsSettings], weights: Weights) -> str | None:
        """A sample's voice comes before a studio speaker's."""
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
