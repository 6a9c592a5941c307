"""Voices of a catalogue, found by the language that their ids begin with, or by name."""

from __future__ import annotations

from collections.abc import Sequence

import langcodes

from polyvox.domain.language import BadLanguageTag, normalize


def spoken_as(voice: str) -> str:
    """The language in the voice's id, in words: ``de_DE-thorsten-high`` → German (Germany)."""
    try:
        return langcodes.Language.get(normalize(voice.split("-")[0])).display_name()
    except BadLanguageTag:
        return ""


def matching(voices: Sequence[str], searched: str) -> list[str]:
    """Those whose id or language has all of the words in ``searched``."""
    words = searched.casefold().split()
    return [v for v in voices if all(w in f"{v} {spoken_as(v)}".casefold() for w in words)]
