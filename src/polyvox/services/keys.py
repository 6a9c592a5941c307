"""API keys: shown once, kept as digests."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from polyvox.errors import InvalidSetting, NotAllowed
from polyvox.services.ports import ApiKey, KeyRepository

PREFIX = "pvx_"
KEY_BYTES = 32
"""Random bytes per key; so much entropy that a plain SHA-256 of it cannot be searched."""
NAME_MAX = 100
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(eq=False, repr=False)
class KeyService:
    repository: KeyRepository
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def create(self, name: str) -> tuple[ApiKey, str]:
        """The record, and the key itself, which is never to be had again."""
        name = name.strip()
        if not 1 <= len(name) <= NAME_MAX:
            raise InvalidSetting(f"A key's name has 1 to {NAME_MAX} characters.", param="name")
        secret = PREFIX + secrets.token_urlsafe(KEY_BYTES)
        key = ApiKey(
            id=f"key_{secrets.token_hex(8)}",
            name=name,
            prefix=secret[: len(PREFIX) + 4],
            digest=_digest(secret),
            created_at=self.now(),
        )
        await self.repository.add(key)
        return key, secret

    async def check(self, secret: str) -> ApiKey:
        """The live key. Raises NotAllowed."""
        key = await self.repository.find(_digest(secret)) if secret else None
        if key is None:
            raise NotAllowed(
                "The API key is missing, wrong or revoked.",
                remedy="Send 'Authorization: Bearer pvx_…'; create one with `polyvox keys create`.",
            )
        at = self.now()
        if key.last_used_at is None or at - key.last_used_at >= TOUCH_EVERY:
            await self.repository.touch(key.id, at)
        return key

    async def list(self) -> Sequence[ApiKey]:
        return await self.repository.list()

    async def revoke(self, key_id: str) -> None:
        """Raises UnknownKey."""
        await self.repository.revoke(key_id, self.now())

    async def is_live(self, key_id: str) -> bool:
        return any(k.id == key_id and k.revoked_at is None for k in await self.list())

    async def any_live(self) -> bool:
        return any(key.revoked_at is None for key in await self.list())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
