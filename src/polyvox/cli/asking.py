"""What is asked for on the command line: the text, its language, who is meant."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING

from polyvox.cli.faults import UsageFault
from polyvox.errors import TextTooLong, UnsupportedLanguage

if TYPE_CHECKING:
    from polyvox.domain.speech import SpeechRequest
    from polyvox.services.addressing import Addressing

STDIN = "-"


async def addressed(request: SpeechRequest, addressing: Addressing) -> SpeechRequest:
    """``request`` with who is meant by its voice. Raises UnknownVoice, UnknownProvider."""
    if request.personality is not None:
        return request
    who = await addressing.resolve(voice=request.voice, provider=request.provider)
    return request.model_copy(update={f.name: getattr(who, f.name) for f in fields(who)})


def normalized(language: str | None) -> str | None:
    """The standard spelling of a tag. Raises UnsupportedLanguage."""
    from polyvox.domain.language import normalize

    return _checked(normalize, language)


def spoken_in(language: str | None) -> str | None:
    """As ``normalized``; 'auto' stays. Raises UnsupportedLanguage."""
    from polyvox.domain.language import spoken_language

    return _checked(spoken_language, language)


def _checked(check: Callable[[str], str], language: str | None) -> str | None:
    from polyvox.domain.language import BadLanguageTag

    try:
        return check(language) if language else None
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
