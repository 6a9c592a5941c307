"""All that the author of a provider reads. Start with :class:`Provider`, then run ``conformance``."""

from polyvox.provider.base import (
    AudioStream,
    Provider,
    ProviderContext,
    Utterance,
    VoiceSettings,
    audio_stream,
)
from polyvox.provider.speed import SpeedRange

__all__ = [
    "AudioStream",
    "Provider",
    "ProviderContext",
    "SpeedRange",
    "Utterance",
    "VoiceSettings",
    "audio_stream",
]
