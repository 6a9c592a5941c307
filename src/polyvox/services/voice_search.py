"""Finding a voice among many, and what a document says of it. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import langcodes

from polyvox.domain.capabilities import Voice
from polyvox.domain.language import distance
from polyvox.domain.voice_config import VoiceConfig

VOICE_NAMES = ("voice_id", "voice_name")
"""The specification's two names for the same, beside the settings or among them."""


@dataclass(frozen=True, slots=True)
class VoiceQuery:
    """What a voice must have: all of the ``words`` in its name, id or description, the ``language``
    (BCP 47) and the ``gender``; None and "" ask for nothing."""

    words: str = ""
    language: str | None = None
    gender: str | None = None


def found(voices: Sequence[Voice], query: VoiceQuery) -> list[Voice]:
    """Those that ``query`` asks for, in the order given."""
    return [voice for voice in voices if _fits(voice, query)]


def _fits(voice: Voice, query: VoiceQuery) -> bool:
    if query.gender and voice.gender != query.gender:
        return False
    if query.language and not speaks(voice, query.language):
        return False
    text = f"{voice.name} {voice.id} {described(voice)} {voice.description}".casefold()
    return all(word in text for word in query.words.casefold().split())


def speaks(voice: Voice, language: str) -> bool:
    return any(distance(language, tag) is not None for tag in voice.languages)


def described(voice: Voice) -> str:
    """In a few words: ``English (United States), female, medium quality``."""
    named = [langcodes.Language.get(tag).display_name() for tag in voice.languages]
    languages = ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
    quality = f"{voice.quality.replace('_', ' ')} quality" if voice.quality else None
    return ", ".join(filter(None, (languages, voice.gender, quality)))


def languages_of(voices: Sequence[Voice]) -> dict[str, str]:
    """Languages that the voices speak, without regions, by tag; sorted by their English names."""
    bases = {tag.split("-")[0] for voice in voices for tag in voice.languages}
    named = {tag: langcodes.Language.get(tag).display_name() for tag in bases}
    return dict(sorted(named.items(), key=lambda item: item[1]))


def genders_of(voices: Sequence[Voice]) -> list[str]:
    return sorted({voice.gender for voice in voices if voice.gender})


def to_hear(voice: Voice, *wanted: str | None) -> str:
    """The first of the ``wanted`` languages that the voice speaks, else its own first one."""
    spoken = (tag for tag in wanted if tag and speaks(voice, tag))
    return next(spoken, voice.languages[0])


def chosen_voice(config: VoiceConfig, provider: str, language: str | None) -> str | None:
    """The id that the document has for ``language`` alone, or (None) for all without one."""
    configured = config.of(provider)
    return configured.voices.get(language) if language else configured.voice


def choose(
    document: dict[str, Any], provider: str, voice: str | None, language: str | None
) -> None:
    """Write ``voice`` into the document for ``language`` alone, or (None) for all without one.

    None for ``voice`` leaves the choice to Polyvox again.
    """
    chosen = document["providers"].setdefault(provider, {})
    if language is not None:
        others = {tag: kept for tag, kept in chosen.get("voices", {}).items() if tag != language}
        chosen["voices"] = others | ({language: voice} if voice else {})
        return
    for name in VOICE_NAMES:
        chosen.pop(name, None)
        chosen.get("settings", {}).pop(name, None)
    if voice:
        chosen["voice_id"] = voice
