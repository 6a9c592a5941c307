"""Polyvox: one API, every voice model.

The library in one look::

    router = VoiceModelRouter()
    await router.initialize()
    reply = await router.generate_speech("Hello there.", {"active_provider": "piper"})

Names are loaded when first used, so that ``import polyvox`` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from polyvox.domain.capabilities import VoiceProvider
    from polyvox.domain.speech import SpeechReport, SpeechRequest
    from polyvox.domain.voice_config import VoiceConfig
    from polyvox.errors import (
        ConfigError,
        Interrupted,
        NoVoiceLeft,
        PolyvoxError,
        ProviderError,
        RequestError,
    )
    from polyvox.router import SpeechResult, VoiceModelRouter
    from polyvox.services.speech import Speech

_HOME = {
    "ConfigError": "polyvox.errors",
    "Interrupted": "polyvox.errors",
    "NoVoiceLeft": "polyvox.errors",
    "PolyvoxError": "polyvox.errors",
    "ProviderError": "polyvox.errors",
    "RequestError": "polyvox.errors",
    "Speech": "polyvox.services.speech",
    "SpeechReport": "polyvox.domain.speech",
    "SpeechRequest": "polyvox.domain.speech",
    "SpeechResult": "polyvox.router",
    "VoiceConfig": "polyvox.domain.voice_config",
    "VoiceModelRouter": "polyvox.router",
    "VoiceProvider": "polyvox.domain.capabilities",
}

__all__ = [
    "ConfigError",
    "Interrupted",
    "NoVoiceLeft",
    "PolyvoxError",
    "ProviderError",
    "RequestError",
    "Speech",
    "SpeechReport",
    "SpeechRequest",
    "SpeechResult",
    "VoiceConfig",
    "VoiceModelRouter",
    "VoiceProvider",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'polyvox' has no attribute '{name}'")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
