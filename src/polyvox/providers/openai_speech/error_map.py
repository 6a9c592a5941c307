"""What a refusal of a speech server means."""

from __future__ import annotations

from polyvox.errors import Misconfigured, QuotaExhausted, Refused, Throttled
from polyvox.provider.error_map import ErrorMap, MappedError
from polyvox.providers.openai_speech.settings import PROVIDER_ID, VARIABLES


def how_to_set(option: str) -> str:
    """The sentence that says where the operator sets ``option``."""
    return f"Set {option} of providers.{PROVIDER_ID}, or {VARIABLES[option]}."


_MOVED = MappedError(
    Misconfigured, "The speech server has moved.", "Set base_url to its new place."
)
_WRONG_KEY = MappedError(Misconfigured, "The speech server refused the key.", how_to_set("api_key"))
_UNKNOWN = MappedError(
    Misconfigured,
    "The speech server does not know the path or the model.",
    "Check base_url, which mostly ends in /v1, and model; a server that does not list its voices "
    "needs the option voices.",
)
_REFUSED = MappedError(Refused, "The speech server refused the request.")

ERRORS = ErrorMap(
    service="The speech server",
    by_code={
        **dict.fromkeys((301, 302, 303, 307, 308), _MOVED),
        **dict.fromkeys((401, 403), _WRONG_KEY),
        **dict.fromkeys((404, 405), _UNKNOWN),
        **dict.fromkeys((400, 413, 422), _REFUSED),
        429: MappedError(Throttled, "The speech server is asked too often."),
    },
    by_words={
        (429, "insufficient_quota"): MappedError(
            QuotaExhausted,
            "The quota of the speech server's account is used up.",
            "Raise it with whoever runs the server.",
        )
    },
)
