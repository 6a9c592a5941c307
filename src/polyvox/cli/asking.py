"""From the options of ``polyvox speak`` to a SpeechRequest."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyvox.cli.faults import UsageFault
from polyvox.errors import TextTooLong, UnsupportedLanguage

if TYPE_CHECKING:
    from polyvox.domain.speech import SpeechRequest
    from polyvox.services.addressing import Addressee, Addressing

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Wanted:
    text: str
    personality: str | None
    language: str | None
    provider: str | None
    voice: str | None
    instructions: str | None
    speed: float
    fallback: bool
    cache: bool


async def build_request(wanted: Wanted, addressing: Addressing) -> SpeechRequest:
    """Raises UnsupportedLanguage, UnknownVoice, UnknownProvider."""
    from polyvox.domain.speech import SpeechRequest

    language = normalized(wanted.language)
    who = await _addressee(wanted, addressing)
    return SpeechRequest(
        text=wanted.text,
        personality=who.personality,
        voice_config=who.voice_config,
        language=language,
        provider=who.provider,
        voice=who.voice,
        instructions=wanted.instructions,
        speed=wanted.speed,
        fallback=wanted.fallback,
        cache=wanted.cache,
    )


async def _addressee(wanted: Wanted, addressing: Addressing) -> Addressee:
    from polyvox.services.addressing import Addressee

    if wanted.personality is not None:
        return Addressee(wanted.personality, provider=wanted.provider, voice=wanted.voice)
    return await addressing.resolve(voice=wanted.voice, provider=wanted.provider)


def normalized(language: str | None) -> str | None:
    """The standard spelling of a tag. Raises UnsupportedLanguage."""
    from polyvox.domain.language import BadLanguageTag, normalize

    try:
        return normalize(language) if language else None
    except BadLanguageTag as error:
        raise UnsupportedLanguage(f"{error}.", param="language") from error


def read_text(given: str | None) -> str:
    """The argument, or all of standard input. Raises UsageFault, TextTooLong."""
    if given is None or given == STDIN:
        from polyvox.config import Settings

        return _read_stdin(Settings.load().text_max_characters)
    return utf8(given, "TEXT")


def utf8(given: str, name: str) -> str:
    """The argument ``name``. Raises UsageFault where it was not UTF-8."""
    if any("\ud800" <= c <= "\udfff" for c in given):  # what was not UTF-8 arrives so
        raise UsageFault(f"{name} is not UTF-8.")
    return given


def _read_stdin(limit: int) -> str:
    most = 4 * limit + 3  # bytes: UTF-8 at its widest, after a byte order mark
    data = sys.stdin.buffer.read(most + 1)
    try:
        text = "" if len(data) > most else data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageFault("Standard input is not UTF-8 text.") from error
    if len(data) > most or len(text) > limit:
        raise TextTooLong(
            f"The text on standard input is longer than {limit} characters (text_max_characters).",
            param="input",
            remedy="Send it in parts.",
        )
    return text
