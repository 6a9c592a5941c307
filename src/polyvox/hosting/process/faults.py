"""Errors across the border: the class by name, its message and attributes, its cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from polyvox import errors
from polyvox.errors import Crashed, Interrupted, NoVoiceLeft, PolyvoxError

_ATTRIBUTES = ("remedy", "param", "provider", "request_id", "retry_after", "sent_ms")
_CLASSES: dict[str, type[PolyvoxError]] = {
    name: getattr(errors, name) for name in errors.__all__ if name != NoVoiceLeft.__name__
}


def pack(error: BaseException) -> dict[str, Any]:
    """``error`` in plain JSON: a subclass of one of ours as the nearest of ours, a foreign
    exception as Crashed by its kind alone (its message may quote the user's text)."""
    if not isinstance(error, PolyvoxError):
        error = Crashed(f"The engine failed: {type(error).__name__}.")
    known = next(base for base in type(error).__mro__ if base in _CLASSES.values())
    attributes = {name: getattr(error, name, None) for name in _ATTRIBUTES}
    packed = {
        "class": known.__name__,
        "message": error.message,
        "attributes": {k: v for k, v in attributes.items() if isinstance(v, str | int | float)},
    }
    if isinstance(error.__cause__, PolyvoxError):
        packed["cause"] = pack(error.__cause__)
    return packed


def unpack(packed: Mapping[str, Any]) -> PolyvoxError:
    error = _CLASSES[packed["class"]](packed["message"], **packed["attributes"])
    if "cause" in packed:
        error.__cause__ = unpack(packed["cause"])
    return error


def renewed(error: PolyvoxError) -> PolyvoxError:
    """The same error for one more listener: each adds to its own."""
    return unpack(pack(error))


def broken_off(message: str, sent_ms: float) -> PolyvoxError:
    """Crashed, or Interrupted because of it where ``sent_ms`` of audio had been made."""
    crashed = Crashed(message)
    if not sent_ms:
        return crashed
    error = Interrupted(message, sent_ms=sent_ms)
    error.__cause__ = crashed
    return error
