"""What the use cases need from storage. Implemented in ``polyvox.storage``, handed in by bootstrap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypedDict, Unpack

from polyvox.domain.counts import Counts
from polyvox.domain.lexicon import LexiconEntry
from polyvox.domain.quota import Charge
from polyvox.domain.speech import SpeechReport
from polyvox.domain.voice_config import VoiceConfig


@dataclass(frozen=True, slots=True)
class Personality:
    """An AI character with a voice. ``version`` grows by one with every change."""

    id: str
    name: str
    description: str
    voice_config: VoiceConfig
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Switch:
    """The active provider of a personality was changed by hand."""

    personality: str
    at: datetime
    from_provider: str
    to_provider: str


@dataclass(frozen=True, slots=True)
class StoredLexicon:
    """``version`` grows with every change; 0 where nothing was ever written."""

    entries: tuple[LexiconEntry, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class UsageIncrement:
    """What one reply adds for one provider. ``personality`` is "" for a request without one."""

    at: datetime
    personality: str
    provider: str
    counts: Counts


class UsageQuery(TypedDict, total=False):
    """Which sums are asked for; the period is of whole hours of UTC, without that of ``until``."""

    personality: str | None
    provider: str | None
    since: datetime | None
    until: datetime | None
    by_personality: bool
    by_hour: bool


@dataclass(frozen=True, slots=True)
class UsageTotals:
    """Sums over the asked period."""

    personality: str
    provider: str
    hour: datetime | None
    counts: Counts
    last_used: datetime | None


@dataclass(frozen=True, slots=True)
class TierUse:
    """What the ledger holds for one tier in one month."""

    characters: int
    requests: int


@dataclass(frozen=True, slots=True)
class Balance:
    """Whether characters were ``reserved``, and how many of the month are ``used`` now."""

    reserved: bool
    used: int


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as kept: never the key itself. ``prefix`` is shown so that people can tell keys apart."""

    id: str
    name: str
    prefix: str
    digest: str
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


class PersonalityReader(Protocol):
    async def list(self) -> Sequence[Personality]:
        """All, by name."""

    async def get(self, personality_id: str) -> Personality:
        """Raises UnknownPersonality."""


class PersonalityRepository(PersonalityReader, Protocol):
    async def add(self, personality: Personality) -> None:
        """Raises Conflict when the id is taken."""

    async def replace(
        self, personality: Personality, *, expected_version: int, switch: Switch | None = None
    ) -> None:
        """Write ``personality`` (its version already raised) over ``expected_version``, and the
        switch with it, in one transaction. Raises Conflict when somebody else was first,
        UnknownPersonality when it is gone."""

    async def delete(self, personality_id: str) -> None:
        """With its switches; usage stays. Raises UnknownPersonality."""

    async def switches(self, personality_id: str, *, limit: int = 100) -> Sequence[Switch]:
        """Newest first."""


class LexiconRepository(Protocol):
    """The server's own lexicon."""

    async def version(self) -> int: ...

    async def get(self) -> StoredLexicon: ...

    async def replace(self, lexicon: StoredLexicon, *, expected_version: int, at: datetime) -> None:
        """Write ``lexicon`` (its version already raised) over ``expected_version``. Raises Conflict when
        somebody else was first."""


class UsageRepository(Protocol):
    async def add(self, increments: Sequence[UsageIncrement]) -> None:
        """Add up by hour, personality and provider, atomically across processes."""

    async def totals(self, **asked: Unpack[UsageQuery]) -> Sequence[UsageTotals]:
        """Sums per provider (and personality, and hour, where asked; else "" and None)."""


class ReportRepository(Protocol):
    async def add(self, reports: Sequence[SpeechReport]) -> None: ...

    async def get(self, speech_id: str) -> SpeechReport:
        """Raises UnknownReport."""

    async def troubled(
        self, *, personality: str | None = None, since: datetime | None = None, limit: int
    ) -> Sequence[SpeechReport]:
        """Those that failed, or in which a provider did; newest first."""

    async def prune(self, *, keep: int) -> int:
        """Delete all but the newest ``keep``; how many went."""


class QuotaRepository(Protocol):
    """Characters by month (``2026-11``), provider and tier."""

    async def reserve(
        self, month: str, provider: str, charge: Charge, *, limit: int | None
    ) -> Balance:
        """Add the charge unless the sum would exceed ``limit``, atomically across processes."""

    async def release(self, month: str, provider: str, charge: Charge) -> None:
        """Take back what was reserved."""

    async def used(self, month: str) -> Mapping[tuple[str, str], TierUse]:
        """By provider and tier; what was never used is missing."""


class KeyRepository(Protocol):
    async def add(self, key: ApiKey) -> None: ...

    async def list(self) -> Sequence[ApiKey]:
        """All, newest first, revoked ones too."""

    async def find(self, digest: str) -> ApiKey | None:
        """The live key with this digest."""

    async def touch(self, key_id: str, at: datetime) -> None: ...

    async def revoke(self, key_id: str, at: datetime) -> None:
        """Raises UnknownKey."""
