"""What a service's refusal means, as a table: one per service, read by everything that calls it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from polyvox.errors import ProviderError, Throttled, Unavailable

LONGEST_RETRY_AFTER_S = 3600.0


@dataclass(frozen=True, slots=True)
class MappedError:
    """``told`` is a whole sentence without anything of the user's; ``remedy`` says what to do."""

    error: type[ProviderError]
    told: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class ErrorMap:
    """Errors by the service's own code (an HTTP status, a gRPC status name).

    ``by_words`` are looked up first, in the lower-cased text of the refusal: services that answer
    two different things with one code tell them apart only there.
    """

    service: str
    by_code: Mapping[Hashable, MappedError]
    by_words: Mapping[tuple[Hashable, str], MappedError] = field(default_factory=dict)

    def error(
        self,
        code: Hashable,
        *,
        said: str = "",
        retry_after: float | None = None,
        request_id: str | None = None,
    ) -> ProviderError:
        """The error for ``code``; Unavailable for one that is not in the table."""
        mapped = self._by_words(code, said) or self.by_code.get(code)
        if mapped is None:
            mapped = MappedError(Unavailable, f"{self.service} answered with {code}.")
        if issubclass(mapped.error, Throttled):
            return mapped.error(
                mapped.told,
                retry_after=retry_after,
                request_id=request_id,
                remedy=mapped.remedy,
            )
        return mapped.error(mapped.told, request_id=request_id, remedy=mapped.remedy)

    def _by_words(self, code: Hashable, said: str) -> MappedError | None:
        said = said.lower()
        for (of, word), mapped in self.by_words.items():
            if of == code and word in said:
                return mapped
        return None


def retry_after_s(header: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a ``Retry-After`` header asks for (RFC 9110 §10.2.3: seconds or a date).

    None when there is none or it cannot be read; at most LONGEST_RETRY_AFTER_S.
    """
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            at = parsedate_to_datetime(header)
        except (ValueError, OverflowError):  # the latter for years and zones beyond all calendars
            return None
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        seconds = (at - (now or datetime.now(UTC))).total_seconds()
    if seconds != seconds:  # NaN
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S)
