"""Lexicons: the server's, and that of each personality, whose entries are stronger."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog

from polyvox.domain.lexicon import LexiconEntry, parse_lexicon
from polyvox.errors import Conflict
from polyvox.services.personalities import PersonalityService
from polyvox.services.ports import LexiconRepository, StoredLexicon
from polyvox.services.remembered import REMEMBERED_S

log = structlog.get_logger(__name__)


@dataclass(eq=False, repr=False)
class ServerLexicon:
    """The server's entries as replies read them: kept in memory, and looked after every REMEMBERED_S.

    ``clock`` gives seconds that only grow.
    """

    repository: LexiconRepository
    clock: Callable[[], float] | None = None
    _known: StoredLexicon = field(default=StoredLexicon(), init=False)
    _asked: float | None = field(default=None, init=False)

    async def entries(self) -> tuple[LexiconEntry, ...]:
        """Those last known where the database fails: a reply goes on without what is new."""
        now = self.clock() if self.clock else asyncio.get_running_loop().time()
        if self._asked is None or now - self._asked >= REMEMBERED_S:
            self._asked = now
            try:
                if await self.repository.version() != self._known.version:
                    self._known = await self.repository.get()
            except Exception as error:  # noqa: BLE001 - trouble in storage must not stop the voice
                log.warning("lexicon_not_read", error=type(error).__qualname__)
        return self._known.entries

    def forget(self) -> None:
        """It was changed."""
        self._asked = None


@dataclass(eq=False, repr=False)
class LexiconService:
    """Reads and replaces whole lexicons. ``personality`` names whose is meant; None is the server's.

    A personality's lexicon is part of its ``voice_config`` and has its version.
    """

    repository: LexiconRepository
    personalities: PersonalityService
    on_change: Callable[[], object] = lambda: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def get(self, personality: str | None = None) -> StoredLexicon:
        """Raises UnknownPersonality."""
        if personality is None:
            return await self.repository.get()
        stored = await self.personalities.repository.get(personality)
        return StoredLexicon(stored.voice_config.lexicon, stored.version)

    async def replace(
        self,
        entries: Sequence[LexiconEntry | Any],
        personality: str | None = None,
        *,
        expected_version: int | None = None,
    ) -> StoredLexicon:
        """Raises UnknownPersonality, InvalidSetting naming the entry, and Conflict when
        ``expected_version`` is no longer the stored one."""
        valid = parse_lexicon(entries)
        if personality is None:
            return await self._replace(valid, expected_version)
        stored = await self.personalities.get(personality)
        changed = await self.personalities.update(
            personality,
            voice_config=stored.voice_config.model_copy(update={"lexicon": valid}),
            expected_version=stored.version if expected_version is None else expected_version,
        )
        return StoredLexicon(changed.voice_config.lexicon, changed.version)

    async def _replace(
        self, entries: tuple[LexiconEntry, ...], expected_version: int | None
    ) -> StoredLexicon:
        stored = await self.repository.version()
        if expected_version not in (None, stored):
            raise Conflict(
                f"The lexicon was changed by somebody else: it is at version {stored}, "
                f"not {expected_version}.",
                param="version",
                remedy="Read it again and repeat your change.",
            )
        changed = StoredLexicon(entries, stored + 1)
        await self.repository.replace(changed, expected_version=stored, at=self.now())
        self.on_change()
        return changed
