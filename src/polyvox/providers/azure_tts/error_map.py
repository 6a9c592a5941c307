"""What Azure's refusals mean. Their bodies are mostly empty: the status is what there is to read.

https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech#http-status-codes-1
"""

from __future__ import annotations

from polyvox.errors import Misconfigured, QuotaExhausted, Refused, Throttled
from polyvox.provider.error_map import ErrorMap, MappedError
from polyvox.providers.azure_tts.settings import PROVIDER_ID, VARIABLES


def how_to_set(*options: str) -> str:
    """The sentence that says where the operator sets ``options``."""
    variables = " and ".join(VARIABLES[option] for option in options)
    return f"Set {variables}, or {' and '.join(options)} of providers.{PROVIDER_ID}."


_ANOTHER_ADDRESS = MappedError(
    Misconfigured,
    "Azure Speech is not at the configured address.",
    "The endpoint is the address before /cognitiveservices/v1; a region needs none. "
    + how_to_set("endpoint"),
)
_WRONG_KEY = "Use a key of that very resource and its region. " + how_to_set("key", "region")

ERRORS = ErrorMap(
    service="Azure Speech",
    by_code={
        **dict.fromkeys((301, 302, 303, 307, 308, 404, 405), _ANOTHER_ADDRESS),
        400: MappedError(
            Refused,
            "Azure Speech refused the request.",
            "The text, the voice or a setting of it is not to its liking; try another voice.",
        ),
        401: MappedError(Misconfigured, "Azure Speech refused the key.", _WRONG_KEY),
        403: MappedError(
            Misconfigured,
            "Azure Speech forbids the call.",
            "Allow this machine in the resource's network settings. " + _WRONG_KEY,
        ),
        413: MappedError(Refused, "The text is too long for Azure Speech.", "Send it in parts."),
        415: MappedError(
            Misconfigured,
            "What answers for Azure Speech takes no SSML.",
            _ANOTHER_ADDRESS.remedy,
        ),
        429: MappedError(
            Throttled,
            "Azure Speech gets too many requests.",
            "The free tier F0 takes 20 a minute, and answers like this too when its characters of"
            " the month are used up; the tier S0 takes more.",
        ),
    },
    by_words={
        (403, "out of call volume quota"): MappedError(
            QuotaExhausted,
            "The quota of the Azure Speech resource is used up.",
            "Wait until it is replenished, or move the resource to the tier S0.",
        )
    },
)
