"""The ledger of a router without a database of its own: opened when something is counted first.

Loads SQLAlchemy only then, so that who speaks with local providers alone never does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from polyvox.domain.quota import Charge
from polyvox.services.ports import Balance, TierUse

if TYPE_CHECKING:
    from polyvox.storage.database import Database
    from polyvox.storage.quota import SqlQuota


class LazyQuota:
    """``services.ports.QuotaRepository`` in the database at ``url``. Every method raises ConfigError
    when that cannot be opened; the next call tries again."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opening = asyncio.Lock()
        self._open: tuple[Database, SqlQuota] | None = None

    async def reserve(
        self, month: str, provider: str, charge: Charge, *, limit: int | None
    ) -> Balance:
        return await (await self._ledger()).reserve(month, provider, charge, limit=limit)

    async def release(self, month: str, provider: str, charge: Charge) -> None:
        await (await self._ledger()).release(month, provider, charge)

    async def used(self, month: str) -> Mapping[tuple[str, str], TierUse]:
        return await (await self._ledger()).used(month)

    async def stop(self) -> None:
        if self._open is not None:
            await self._open[0].stop()
            self._open = None

    async def _ledger(self) -> SqlQuota:
        async with self._opening:
            if self._open is None:
                # In a thread: importing SQLAlchemy takes a while.
                database, ledger = await asyncio.to_thread(_made, self._url)
                await database.start()
                self._open = database, ledger
            return self._open[1]


def _made(url: str) -> tuple[Database, SqlQuota]:
    from polyvox.storage.database import Database
    from polyvox.storage.quota import SqlQuota

    database = Database(url)
    return database, SqlQuota(database)
