"""All that the author of a provider reads. Start with :class:`Provider`, then run ``conformance``."""

from polyvox.provider.base import (
    AudioStream,
    Provider,
    ProviderContext,
    Utterance,
    VoiceSettings,
    audio_stream,
)

__all__ = [
    "AudioStream",
    "Provider",
    "ProviderContext",
    "Utterance",
    "VoiceSettings",
    "audio_stream",
]
