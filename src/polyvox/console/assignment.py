"""Which samples a personality's document names for a provider to clone from. Without NiceGUI."""

from __future__ import annotations

from typing import Any

from polyvox.domain.sample_reference import sample_url
from polyvox.domain.voice_config import VoiceConfig


def is_assigned(config: VoiceConfig, provider: str, sample: str) -> bool:
    chosen = config.of(provider)
    if chosen.voice_samples:
        return sample in chosen.voice_samples
    return chosen.voice_sample_url == sample_url(sample)


def assign(document: dict[str, Any], provider: str, sample: str, *, wanted: bool) -> None:
    """Edit a document, as JSON has it. What else it names for the provider stays."""
    chosen = document["providers"].setdefault(provider, {})
    named = [name for name in chosen.get("voice_samples") or () if name != sample]
    if wanted:
        named.append(sample)
    elif chosen.get("voice_sample_url") == sample_url(sample):
        chosen["voice_sample_url"] = None
    chosen["voice_samples"] = named
