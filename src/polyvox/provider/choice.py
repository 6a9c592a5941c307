"""Which of a service's voices speaks an utterance."""

from __future__ import annotations

from collections.abc import Sequence

from polyvox.domain.capabilities import Voice
from polyvox.domain.language import BadLanguageTag, distance
from polyvox.errors import UnknownVoice, UnsupportedLanguage

SHOWN = 5
"""Voices that an error names."""
LONGEST_NAMED = 100
"""Characters of a caller's words that an error repeats."""


def speaking(voices: Sequence[Voice], language: str) -> list[Voice]:
    """Those of ``voices`` that speak ``language``, the nearest first, else in their order."""
    near = [(d, voice) for voice in voices if (d := _distance(voice, language)) is not None]
    return [voice for _, voice in sorted(near, key=lambda pair: pair[0])]


def choose(
    voices: Sequence[Voice], asked: str | None, language: str, *, service: str, provider: str
) -> Voice:
    """The voice with the id ``asked``, or the best of ``language`` where it is None.

    Raises UnknownVoice, and UnsupportedLanguage for a voice of another language.
    """
    able = speaking(voices, language)
    found = next((voice for voice in able if asked in (None, voice.id)), None)
    if found is not None:
        return found
    if asked is None:
        raise UnsupportedLanguage(f"No voice of {service} speaks {language}.", param="language")
    for voice in voices:
        if voice.id == asked:
            spoken = ", ".join(voice.languages)
            raise UnsupportedLanguage(
                f"The voice {asked} speaks {spoken}, not {language}.", param="language"
            )
    raise UnknownVoice(
        f"No voice of {service} is called '{asked[:LONGEST_NAMED]}'.",
        param="voice",
        remedy=_known(able or voices, provider),
    )


def _known(voices: Sequence[Voice], provider: str) -> str:
    listing = f"List its voices with `polyvox voices --provider {provider}`."
    shown = ", ".join(voice.id for voice in voices[:SHOWN])
    return f"It has {shown}{' and others' if len(voices) > SHOWN else ''}. {listing}"


def _distance(voice: Voice, language: str) -> int | None:
    try:
        tags = (distance(language, tag) for tag in voice.languages)
        return min((d for d in tags if d is not None), default=None)
    except BadLanguageTag:
        return None
