"""Which voices a server has: as it lists them, or as OpenAI documents its own."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import langcodes
from pydantic import BaseModel

from polyvox.domain.capabilities import Voice
from polyvox.domain.language import normalize
from polyvox.providers.openai_speech.settings import PROVIDER_ID, OpenAISpeechOptions

OPENAI_HOST = "api.openai.com"
_VOICES = "alloy ash ballad cedar coral echo fable marin nova onyx sage shimmer verse"
OPENAI_VOICES = tuple(_VOICES.split())
"""As documented for its newest models; tts-1 and tts-1-hd have fewer."""
_LANGUAGES = """
    af ar az be bg bs ca cs cy da de el en es et fa fi fil fr gl he hi hr hu hy id is it ja kk kn
    ko lt lv mi mk mr ms ne nl no pl pt ro ru sk sl sr sv sw ta th tr uk ur vi zh
"""
OPENAI_LANGUAGES = tuple(_LANGUAGES.split())
"""As documented: those of its recognizer Whisper, though the voices are made for English first."""

OPENAI_WITHOUT_INSTRUCTIONS = ("tts-1", "tts-1-hd")
"""Models that are documented to ignore them."""


def is_openai(base_url: str) -> bool:
    """Whether it is OpenAI itself, in any of its regions."""
    host = urlsplit(base_url).hostname or ""
    return host == OPENAI_HOST or host.endswith(f".{OPENAI_HOST}")


def named_voices(options: OpenAISpeechOptions) -> list[Voice]:
    """Those that need not be listed: the operator's, else OpenAI's own at its address."""
    own = OPENAI_VOICES if is_openai(options.base_url or "") else ()
    return [plain_voice(voice_id) for voice_id in dict.fromkeys(options.voices or own)]


def spoken_languages(options: OpenAISpeechOptions) -> tuple[str, ...]:
    """What voices speak of which the server does not say it; empty where nobody says it."""
    return options.languages or (OPENAI_LANGUAGES if is_openai(options.base_url or "") else ())


def takes_instructions(options: OpenAISpeechOptions) -> bool:
    """Whether the server is sent them; which model of others follows them, nobody says."""
    own = is_openai(options.base_url or "")
    return not (own and options.model in OPENAI_WITHOUT_INSTRUCTIONS)


class _Listed(BaseModel):
    id: str
    name: str | None = None
    languages: tuple[str, ...] | None = None
    gender: str | None = None
    quality: str | None = None
    description: str | None = None


class _Listing(BaseModel):
    voices: tuple[str | _Listed, ...]


def listed_voices(document: Any) -> list[Voice]:
    """The voices of a ``GET /audio/voices``; ``languages`` is empty where the server says nothing.

    Servers list ids, or objects with an id, to which Polyvox adds the languages. Raises pydantic's
    ValidationError for anything else.
    """
    found: dict[str, Voice] = {}
    for entry in _Listing.model_validate(document).voices:
        voice = plain_voice(entry) if isinstance(entry, str) else _voice(entry)
        found.setdefault(voice.id, voice)
    return list(found.values())


def plain_voice(voice_id: str) -> Voice:
    return Voice(voice_id, PROVIDER_ID, voice_id, languages=())


def _voice(entry: _Listed) -> Voice:
    tags = (normalize(tag) for tag in entry.languages or () if langcodes.tag_is_valid(tag))
    return Voice(
        entry.id,
        PROVIDER_ID,
        entry.name or entry.id,
        languages=tuple(dict.fromkeys(tags)),
        gender=entry.gender,
        quality=entry.quality,
        description=entry.description or "",
    )
