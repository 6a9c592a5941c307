"""When a provider that keeps failing is left alone for a while.

Closed: asked as usual. Open: resting. Half-open: the rest is over, and the next request that comes
anyway is the probe; until it is decided, everybody else passes the provider over. A cancelled
attempt counts for nothing. Nothing is ever synthesized only to probe.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from polyvox.errors import (
    Misconfigured,
    QuotaExhausted,
    Refused,
    RequestError,
    Throttled,
    Unavailable,
)


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """``failures`` in a row open the breaker; rests are in seconds and double up to ``longest_s``."""

    failures: int = 3
    rest_s: float = 5.0
    longest_s: float = 300.0
    throttled_s: float = 5.0
    misconfigured_s: float = 600.0
    quota_s: float = 3600.0


class Breaker:
    """Health of one provider. ``clock`` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float], policy: BreakerPolicy | None = None) -> None:
        self._clock = clock
        self._policy = policy or BreakerPolicy()
        self._failures = 0
        self._opened = 0
        self._until: float | None = None
        self._why = ""
        self._probing = False

    def refusal(self) -> str | None:
        """Why the provider must not be asked now, as a sentence; None when it may."""
        if self._until is None:
            return None
        left = self._until - self._clock()
        if left > 0:
            return f"It is resting for {left:.0f} s more after {self._why}."
        return f"It is being tried again after {self._why}." if self._probing else None

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Around one attempt: how the block ends decides. Raises Unavailable while resting."""
        refusal = self.refusal()
        if refusal:
            raise Unavailable(refusal)
        probe = self._until is not None
        self._probing = self._probing or probe
        try:
            yield
        except (asyncio.CancelledError, GeneratorExit):
            raise
        except Exception as error:
            self._failed(error, probe=probe)
            raise
        else:
            self._failures, self._opened, self._until = 0, 0, None
        finally:
            if probe:
                self._probing = False

    def reset(self) -> None:
        """Forget all failures: the operator mended it, or says so."""
        self._failures, self._opened, self._until, self._probing = 0, 0, None, False

    def _failed(self, error: Exception, *, probe: bool) -> None:
        policy = self._policy
        match error:
            case RequestError() | Refused():
                return  # the text's or the caller's fault says nothing about the provider
            case Throttled(retry_after=0):
                return  # its queue is full now; the next request may find a place
            case Throttled(retry_after=seconds):
                self._open(policy.throttled_s if seconds is None else seconds, "too many requests")
            case Misconfigured():
                self._open(policy.misconfigured_s, "a configuration error")
            case QuotaExhausted():
                self._open(policy.quota_s, "its quota was used up")
            case _:
                self._failures += 1
                if probe or self._failures >= policy.failures:
                    rest = min(policy.rest_s * 2**self._opened, policy.longest_s)
                    self._opened += 1
                    self._open(rest, f"{self._failures} failures in a row")

    def _open(self, rest_s: float, why: str) -> None:
        self._until, self._why = self._clock() + rest_s, why
