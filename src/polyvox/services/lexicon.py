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
READ_S = 2.0
"""How long a reply waits for the database."""


@dataclass(eq=False, repr=False)
class ServerLexicon:
    """The server's entries as replies read them: kept in memory, and looked after every REMEMBERED_S.

    ``clock`` gives seconds that only grow.
    """

    repository: LexiconRepository
    clock: Callable[[], float] | None = None
    _known: StoredLexicon = field(default=StoredLexicon(), init=False)
    _asked: float | None = field(default=None, init=False)
    _reading: asyncio.Task[None] | None = field(default=None, init=False)

    async def entries(self) -> tuple[LexiconEntry, ...]:
        """Those last known where the database fails or hangs: a reply goes on without what is new."""
        if self._reading is not None and self._reading.done():
            self._reading = None
        now = self.clock() if self.clock else asyncio.get_running_loop().time()
        if self._reading is None and (self._asked is None or now - self._asked >= REMEMBERED_S):
            self._asked = now
            self._reading = asyncio.create_task(self._read(), name="server's lexicon")
        if self._reading is not None:  # one reading for all who came meanwhile
            await asyncio.shield(self._reading)
        return self._known.entries

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(READ_S):
                if await self.repository.version() != self._known.version:
                    found = await self.repository.get()
                    if found.version > self._known.version:
                        self._known = found
        except Exception as error:  # noqa: BLE001 - trouble in storage must not stop the voice
            log.warning("lexicon_not_read", error=type(error).__qualname__)

    def forget(self) -> None:
        """It was changed: what is being read may be the old one."""
        self._asked = self._reading = None


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
