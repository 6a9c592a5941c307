"""Every error Polyvox raises on purpose.

::

    PolyvoxError
    ├ ConfigError                 the operator's: start-up says what to change
    ├ RequestError                the caller's: no retry, no fallback, an HTTP 4xx
    │  ├ UnknownPersonality
    │  ├ UnknownProvider
    │  ├ UnknownVoice
    │  ├ UnknownReport
    │  ├ UnknownTicket
    │  ├ UnknownKey
    │  ├ UnknownSample
    │  ├ UnknownInstallation
    │  ├ UnsupportedLanguage
    │  ├ InvalidSetting
    │  ├ TextTooLong
    │  ├ BadSample
    │  ├ Conflict                 somebody else changed it first, or it exists already
    │  └ NotAllowed               the key is missing or wrong
    ├ ProviderError               before the first audio: the next candidate is asked
    │  ├ Unavailable              not there: connection refused, 5xx, not loaded
    │  │  └ ConnectionLost        it broke under way: whether the service did it, nobody knows
    │  ├ TimedOut                 no first audio within the deadline
    │  ├ Crashed                  the engine died
    │  ├ Throttled                too many requests; ``retry_after`` when known
    │  ├ Misconfigured            wrong key, missing package: rests long, shown to the operator
    │  ├ QuotaExhausted           the budget of the period is spent
    │  ├ Refused                  the service will not speak this text
    │  └ BadOutput                no audio, silence, or not audio at all
    ├ Interrupted                 after the first audio of a segment; never a success
    └ NoVoiceLeft                 every candidate failed or was out; the causes are inside

Class attributes say what may be done about an error: ``retry`` (the same provider may be asked
once more), ``fallback`` (the next one may be asked), ``status`` (HTTP) and ``code`` (a stable
word for programs). Messages never contain the user's text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

__all__ = [
    "BadOutput",
    "BadSample",
    "ConfigError",
    "Conflict",
    "ConnectionLost",
    "Crashed",
    "Interrupted",
    "InvalidSetting",
    "Misconfigured",
    "NoVoiceLeft",
    "NotAllowed",
    "PolyvoxError",
    "ProviderError",
    "QuotaExhausted",
    "Refused",
    "RequestError",
    "TextTooLong",
    "Throttled",
    "TimedOut",
    "Unavailable",
    "UnknownInstallation",
    "UnknownKey",
    "UnknownPersonality",
    "UnknownProvider",
    "UnknownReport",
    "UnknownSample",
    "UnknownTicket",
    "UnknownVoice",
    "UnsupportedLanguage",
]


class PolyvoxError(Exception):
    """Base of all errors raised on purpose."""

    retry: ClassVar[bool] = False
    fallback: ClassVar[bool] = False
    status: ClassVar[int] = 500
    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}" if self.remedy else self.message


class ConfigError(PolyvoxError):
    """The installation or its configuration is wrong; ``remedy`` says what to change."""

    code = "config_error"


class RequestError(PolyvoxError):
    """The caller asked for something impossible; ``param`` names the offending field."""

    status = 400
    code = "invalid_request"

    def __init__(
        self, message: str, *, param: str | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.param = param


class UnknownPersonality(RequestError):
    status = 404
    code = "unknown_personality"


class UnknownProvider(RequestError):
    status = 404
    code = "unknown_provider"


class UnknownVoice(RequestError):
    code = "unknown_voice"


class UnknownReport(RequestError):
    status = 404
    code = "unknown_report"


class UnknownTicket(RequestError):
    status = 404
    code = "unknown_ticket"


class UnknownKey(RequestError):
    status = 404
    code = "unknown_key"


class UnknownSample(RequestError):
    status = 404
    code = "unknown_sample"


class UnknownInstallation(RequestError):
    status = 404
    code = "unknown_installation"


class UnsupportedLanguage(RequestError):
    code = "unsupported_language"


class InvalidSetting(RequestError):
    code = "invalid_setting"


class TextTooLong(RequestError):
    status = 413
    code = "text_too_long"


class BadSample(RequestError):
    status = 422
    code = "bad_sample"


class Conflict(RequestError):
    status = 409
    code = "conflict"


class NotAllowed(RequestError):
    status = 401
    code = "invalid_api_key"


class ProviderError(PolyvoxError):
    """A provider failed before its first audio.

    ``provider`` is its id (filled in by the router when the provider left it empty),
    ``request_id`` the service's own id for the call, when it gave one.
    """

    fallback = True
    status = 503
    code = "provider_error"

    def __init__(
        self,
        message: str,
        *,
        provider: str | None = None,
        request_id: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.provider = provider
        self.request_id = request_id


class Unavailable(ProviderError):
    retry = True
    code = "unavailable"


class ConnectionLost(Unavailable):
    """After the request was sent: the service may have carried it out, and may charge for it."""


class TimedOut(ProviderError):
    code = "timed_out"


class Crashed(ProviderError):
    retry = True
    code = "crashed"


class Throttled(ProviderError):
    """Too many requests; ``retry_after`` is in seconds, None when the provider did not say.

    Zero means that nothing but this request was turned away: the provider need not rest.
    """

    retry = True
    code = "throttled"

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        provider: str | None = None,
        request_id: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message, provider=provider, request_id=request_id, remedy=remedy)
        self.retry_after = retry_after


class Misconfigured(ProviderError):
    code = "misconfigured"


class QuotaExhausted(ProviderError):
    code = "quota_exhausted"


class Refused(ProviderError):
    code = "refused"


class BadOutput(ProviderError):
    code = "bad_output"


class Interrupted(PolyvoxError):
    """Audio stopped after it had begun; ``sent_ms`` of the segment had been made by then."""

    retry = True
    fallback = True
    status = 503
    code = "interrupted"

    def __init__(
        self,
        message: str,
        *,
        sent_ms: float = 0.0,
        provider: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.sent_ms = sent_ms
        self.provider = provider


class NoVoiceLeft(PolyvoxError, ExceptionGroup[Exception]):
    """Nobody could speak. ``exceptions`` holds every cause, ``speech_id`` names the report."""

    status = 503
    code = "no_voice_left"

    def __new__(
        cls, message: str, causes: Sequence[Exception], *, speech_id: str | None = None
    ) -> NoVoiceLeft:
        return ExceptionGroup.__new__(cls, message, list(causes))

    def __init__(
        self, message: str, causes: Sequence[Exception], *, speech_id: str | None = None
    ) -> None:
        self.remedy = None
        self.speech_id = speech_id

    def __str__(self) -> str:
        return self.message
