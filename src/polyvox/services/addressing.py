"""Whom a caller means by OpenAI's ``model`` and ``voice``.

Clients differ: some send any voice name, some only OpenAI's own thirteen, some only a model. So a
personality may be named by either field, and OpenAI's own names mean the default personality.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import UnknownPersonality, UnknownVoice
from polyvox.services.ports import PersonalityReader
from polyvox.services.providers import Providers

OPENAI_VOICES = frozenset(
    [
        "alloy",
        "ash",
        "ballad",
        "cedar",
        "coral",
        "echo",
        "fable",
        "marin",
        "nova",
        "onyx",
        "sage",
        "shimmer",
        "verse",
    ]
)
OWN_MODEL = "polyvox"
DEFAULT_VOICE = "default"


@dataclass(frozen=True, slots=True)
class Addressee:
    """Fields of a SpeechRequest: a personality or a document, a provider to force, one of its voices."""

    personality: str | None = None
    voice_config: VoiceConfig | None = None
    provider: str | None = None
    voice: str | None = None


class Addressing:
    def __init__(
        self,
        personalities: PersonalityReader,
        providers: Providers,
        *,
        default_personality: str,
        aliases: Mapping[str, str],
    ) -> None:
        self._personalities = personalities
        self._providers = providers
        self._default = default_personality
        self._aliases = {name.casefold(): target for name, target in aliases.items()}

    async def resolve(
        self, *, model: str | None = None, voice: str | None = None, provider: str | None = None
    ) -> Addressee:
        """Who shall speak. ``provider`` forces one, whoever is named.

        In this order: ``voice`` is a personality (or an alias of one); ``model`` is a personality,
        whose first provider then takes ``voice``; ``model`` is a provider and ``voice`` one of its
        voices; ``voice`` is OpenAI's or missing: the default personality; ``voice`` is a voice of
        any provider. Raises UnknownVoice.
        """
        voice = self._aliases.get(voice.casefold(), voice) if voice else None
        if voice and await self._is_personality(voice):
            forced = model if model and model in self._providers else None
            return Addressee(personality=voice, provider=provider or forced)
        own = voice if voice and not _stands_for_default(voice) else None
        if model and await self._is_personality(model):
            return Addressee(personality=model, provider=provider, voice=own)
        if model and model in self._providers:
            alone = VoiceConfig(active_provider=model)
            return Addressee(voice_config=alone, provider=provider, voice=own)
        if own is None:
            return await self._default_addressee(provider)
        return await self._by_voice(own, provider)

    async def _default_addressee(self, provider: str | None) -> Addressee:
        if await self._is_personality(self._default):
            return Addressee(personality=self._default, provider=provider)
        return Addressee(voice_config=VoiceConfig(), provider=provider)

    async def _by_voice(self, voice: str, provider: str | None) -> Addressee:
        for known in await self._providers.voices(provider):
            if known.id.casefold() == voice.casefold():
                config = VoiceConfig(active_provider=known.provider)
                return Addressee(voice_config=config, voice=known.id)
        names = [p.id for p in await self._personalities.list()]
        raise UnknownVoice(
            f"Nobody is called '{voice[:100]}'.",
            param="voice",
            remedy=f"Personalities: {', '.join(names[:20]) or 'none'}; voices: `polyvox voices` or GET /v1/audio/voices.",
        )

    async def _is_personality(self, name: str) -> bool:
        try:
            await self._personalities.get(name)
        except UnknownPersonality:
            return False
        return True


def _stands_for_default(voice: str) -> bool:
    return voice.casefold() in OPENAI_VOICES or voice.casefold() == DEFAULT_VOICE
