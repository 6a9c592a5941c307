"""One provider of this installation, and whether it is in service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import structlog

from polyvox.domain.capabilities import Availability, SampleNeeds
from polyvox.domain.remedy import Remedy, RemedyKind
from polyvox.domain.speech import Exclusion, ExclusionCode
from polyvox.errors import PolyvoxError
from polyvox.provider.base import Provider
from polyvox.routing.breaker import Breaker
from polyvox.routing.recall import Recall

AnyProvider = Provider[Any]
log = structlog.get_logger(__name__)
STOPPED = "The operator has stopped it."
START = Remedy(
    RemedyKind.START,
    "Start it: on the console's page System, or by POST /v1/providers/ID/start.",
)


@dataclass(slots=True)
class Found:
    """A provider of this installation; ``fault`` says why it could not be loaded or started.
    ``stopped`` is that the operator did it, not a fault; ``recall`` is called then."""

    id: str
    provider: AnyProvider | None
    breaker: Breaker
    fault: Availability | None = None
    started: bool = False
    stopped: bool = False
    recall: Recall = field(default_factory=lambda: Recall(STOPPED))

    @property
    def in_service(self) -> bool:
        return self.started and self.fault is None

    def stop(self) -> None:
        """Put it out of service for the operator, and break off what it is at."""
        self.stopped = True
        self.fault = Availability.unavailable(STOPPED, START)
        self.recall.call()

    def availability(self) -> Availability:
        if self.fault is not None or self.provider is None:
            return self.fault or Availability.unavailable("It could not be loaded.", "")
        if not self.started:
            return Availability.loading("It is not started yet.")
        try:
            return self.provider.availability()
        except Exception as error:  # noqa: BLE001 - it promised not to; the others must go on
            return Availability.unavailable(f"It broke: {told(error)}", "Report it to its author.")

    def sample_needs(self) -> SampleNeeds | None:
        """What it clones from; None where it does not clone, or cannot say so."""
        try:
            return self.provider.capabilities().cloning if self.provider else None
        except Exception as error:  # noqa: BLE001 - the others' needs are to be known all the same
            log.warning("sample_needs_not_known", provider=self.id, error=told(error))
            return None

    def refusal(self) -> Exclusion | None:
        """Why it must not be asked now, whatever a plan made earlier says: stopped, or at rest."""
        if self.fault is not None:
            return self._out(ExclusionCode.UNAVAILABLE, self.fault.reason or "", self.fault.remedy)
        resting = self.breaker.refusal()
        return self._out(ExclusionCode.RESTING, resting) if resting else None

    def _out(self, code: ExclusionCode, reason: str, remedy: Remedy | None = None) -> Exclusion:
        return Exclusion(provider=self.id, code=code, reason=reason, remedy=remedy)


def told(error: BaseException) -> str:
    """Our own messages as they are; of foreign ones the kind and, for imports, what is missing."""
    if isinstance(error, PolyvoxError | ImportError):
        return str(error)
    return f"{type(error).__qualname__}."
