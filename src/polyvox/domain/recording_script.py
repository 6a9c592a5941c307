"""What to read for a sample: sentences in four moods, and how long reading them takes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

import langcodes
from pydantic import BaseModel, ConfigDict, Field

from polyvox.domain.language import best_match, normalize, written_alike
from polyvox.errors import InvalidSetting

FALLBACK: Final = "en"
STORE: Final = "[Store Name]"
"""Stands for the name in every text."""
MAX_STORE: Final = 100
"""Characters of a store's name."""


class Mood(StrEnum):
    """How a part of the script is to be read."""

    NEUTRAL = "neutral"
    """Friendly."""
    ENTHUSIASTIC = "enthusiastic"
    CALM = "calm"
    """Professional."""
    EMPATHETIC = "empathetic"
    """Caring."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Texts(_Data):
    """One language of ``recording_texts.toml``."""

    pace: float
    spaced: bool = True
    neutral: tuple[str, ...]
    enthusiastic: tuple[str, ...]
    calm: tuple[str, ...]
    empathetic: tuple[str, ...]

    @property
    def units_per_minute(self) -> float:
        """From the 228 English words of the study, whose readers were young and hurried, to the 183 of
        all studies of reading aloud (Brysbaert, 2019)."""
        return self.pace * 183 / 228


@cache
def _texts() -> Mapping[str, _Texts]:
    content = files(__package__).joinpath("recording_texts.toml").read_text("utf-8")
    return {tag: _Texts(**texts) for tag, texts in tomllib.loads(content).items()}


class Sentence(_Data):
    text: str
    expected_s: float = Field(description="Seconds that reading it aloud takes, about.")


class ScriptPart(_Data):
    """The sentences of one mood, which make one sample."""

    mood: Mood
    sentences: tuple[Sentence, ...]
    expected_s: float


class RecordingScript(_Data):
    """``language`` is the script's own; ``note`` says so where it is not the one asked for."""

    language: str
    note: str | None = None
    parts: tuple[ScriptPart, ...]
    expected_s: float = Field(description="Seconds of the whole, without pauses between parts.")


def recording_script(language: str = FALLBACK, store: str | None = None) -> RecordingScript:
    """The script for a sample in ``language``, or the English one where there is none. ``store``
    takes the place of ``[Store Name]``, which stays when there is none.

    Raises BadLanguageTag; InvalidSetting for a name that is too long or cannot be read out.
    """
    texts = _texts()
    found = best_match(language, (tag for tag in texts if written_alike(language, tag)))
    tag = found or FALLBACK
    name = _name(store)
    parts = tuple(_part(mood, texts[tag], name) for mood in Mood)
    return RecordingScript(
        language=tag,
        note=None if found else _note(language),
        parts=parts,
        expected_s=round(sum(part.expected_s for part in parts), 1),
    )


def _part(mood: Mood, texts: _Texts, store: str) -> ScriptPart:
    spoken = [text.replace(STORE, store) for text in getattr(texts, mood.value)]
    sentences = tuple(Sentence(text=text, expected_s=_seconds(text, texts)) for text in spoken)
    total = sum(sentence.expected_s for sentence in sentences)
    return ScriptPart(mood=mood, sentences=sentences, expected_s=round(total, 1))


def _seconds(text: str, texts: _Texts) -> float:
    """At the pace of the language, from its words or characters; punctuation is neither."""
    units = text.split() if texts.spaced else list(text)
    count = sum(any(char.isalnum() for char in unit) for unit in units)
    return round(60 * count / texts.units_per_minute, 1)


def _name(store: str | None) -> str:
    name = " ".join((store or "").split())
    if len(name) > MAX_STORE or not name.isprintable():
        raise InvalidSetting(
            f"The store's name has more than {MAX_STORE} characters, or some that cannot be read out.",
            param="store",
        )
    return name or STORE


def _note(language: str) -> str:
    asked = langcodes.Language.get(normalize(language)).display_name()
    return (
        f"There is no script in {asked} yet; this is the English one. "
        f"For a sample in {asked}, read your own translation."
    )
