"""What Google's refusals mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyvox.errors import (
    ConnectionLost,
    Misconfigured,
    ProviderError,
    QuotaExhausted,
    Refused,
    Throttled,
    TimedOut,
    Unavailable,
)
from polyvox.provider.error_map import LONGEST_RETRY_AFTER_S, ErrorMap, MappedError
from polyvox.providers.google_tts.settings import VARIABLES

if TYPE_CHECKING:
    from google.protobuf.duration_pb2 import Duration
    from grpc.aio import AioRpcError


class SentenceTooLong(Refused):
    """Of a text that would be taken in two."""


SERVICE = "Google Text-to-Speech"
CHECK_CREDENTIALS = f"Check {' or '.join(VARIABLES.values())}."
_THROTTLED = MappedError(Throttled, f"{SERVICE} is asked too often.")
_REJECTED = MappedError(Misconfigured, f"{SERVICE} rejects the credentials.", CHECK_CREDENTIALS)
_AWAY = MappedError(Unavailable, f"{SERVICE} cannot be reached or is not available.")
_LOST = MappedError(ConnectionLost, f"The connection to {SERVICE} was lost.")

ERRORS = ErrorMap(
    service=SERVICE,
    by_code={
        "UNAUTHENTICATED": _REJECTED,
        "PERMISSION_DENIED": MappedError(
            Misconfigured,
            f"{SERVICE} does not allow these credentials to use it.",
            "Enable the Cloud Text-to-Speech API and billing in their project, and let them use it.",
        ),
        "UNIMPLEMENTED": MappedError(
            Misconfigured,
            f"The endpoint does not offer {SERVICE}.",
            "Check the option endpoint.",
        ),
        "RESOURCE_EXHAUSTED": MappedError(
            QuotaExhausted,
            f"The project's quota for {SERVICE} is used up.",
            "See the project's quotas in the Google Cloud console.",
        ),
        "INVALID_ARGUMENT": MappedError(
            Refused, f"{SERVICE} does not speak this text with this voice and these settings."
        ),
        # Mostly gRPC's own word for a connection that broke, which Google may have billed by then.
        "UNAVAILABLE": _LOST,
        "DEADLINE_EXCEEDED": MappedError(TimedOut, f"{SERVICE} did not finish in time."),
    },
    by_words={
        ("INVALID_ARGUMENT", "sentences that are too long"): MappedError(
            SentenceTooLong, f"{SERVICE} finds the sentence too long."
        ),
        # Google answers a wrong API key as it answers a wrong text; the reason tells them apart.
        ("INVALID_ARGUMENT", "api_key_invalid"): _REJECTED,
        ("RESOURCE_EXHAUSTED", "rate_limit_exceeded"): _THROTTLED,
        ("RESOURCE_EXHAUSTED", "retryinfo"): _THROTTLED,
        # The credentials are withdrawn (OAuth 2, RFC 6749 §5.2): the client finds that out by itself.
        ("UNAVAILABLE", "invalid_grant"): _REJECTED,
        # gRPC before anything was sent, and Google's own word for being out of order.
        ("UNAVAILABLE", "failed to connect"): _AWAY,
        ("UNAVAILABLE", "resolution failed"): _AWAY,
        ("UNAVAILABLE", "service is"): _AWAY,
        ("INTERNAL", "rst_stream"): _LOST,
    },
)


def translated(error: AioRpcError) -> ProviderError:
    """By the status, the reason and the kinds of details that Google sent."""
    from google.api_core.exceptions import from_grpc_error

    failed = from_grpc_error(error)  # type: ignore[no-untyped-call]
    details = {type(detail).__name__: detail for detail in failed.details}
    retry = details.get("RetryInfo")
    request = details.get("RequestInfo")
    return ERRORS.error(
        error.code().name,
        said=" ".join((failed.reason or "", failed.message or "", *details)),
        retry_after=_seconds(retry.retry_delay) if retry else None,
        request_id=request.request_id if request else None,
    )


def _seconds(delay: Duration) -> float:
    seconds: float = delay.ToTimedelta().total_seconds()
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S)
