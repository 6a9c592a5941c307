"""Personalities kept in memory for a moment: a request reads its own several times."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from polyvox.services.ports import Personality, PersonalityReader

REMEMBERED_S = 0.25
"""How late a change made by another process may be seen; one of this process is seen at once."""
MOST = 1024


@dataclass(eq=False, repr=False)
class RememberedPersonalities:
    """Reads of ``repository``, each good for REMEMBERED_S unless it is forgotten before.

    ``clock`` gives seconds that only grow. Belongs to one event loop.
    """

    repository: PersonalityReader
    clock: Callable[[], float] | None = None
    _known: dict[str, tuple[float, Personality]] = field(default_factory=dict, init=False)
    _forgotten: int = field(default=0, init=False)

    async def list(self) -> Sequence[Personality]:
        """All, by name; never remembered."""
        return await self.repository.list()

    async def get(self, personality_id: str) -> Personality:
        """Raises UnknownPersonality."""
        known = self._known.get(personality_id)
        if known is not None and self._now() - known[0] < REMEMBERED_S:
            return known[1]
        # As old as the moment it was asked for; a change while it is read makes it worthless.
        asked, forgotten = self._now(), self._forgotten
        personality = await self.repository.get(personality_id)
        if forgotten == self._forgotten:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[personality_id] = (asked, personality)
        return personality

    def forget(self, personality_id: str) -> None:
        """It was changed."""
        self._forgotten += 1
        self._known.pop(personality_id, None)

    def _now(self) -> float:
        return self.clock() if self.clock else asyncio.get_running_loop().time()
