"""API keys: shown once, kept as digests."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from polyvox.errors import InvalidSetting, NotAllowed
from polyvox.services.ports import ApiKey, KeyRepository

PREFIX = "pvx_"
KEY_BYTES = 32
"""Random bytes per key; so much entropy that a plain SHA-256 of it cannot be searched."""
NAME_MAX = 100
TOUCH_EVERY = timedelta(minutes=1)


class KeyService:
    def __init__(
        self, repository: KeyRepository, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._repository = repository
        self._now = now

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
            created_at=self._now(),
        )
        await self._repository.add(key)
        return key, secret

    async def check(self, secret: str) -> ApiKey:
        """The live key. Raises NotAllowed."""
        key = await self._repository.find(_digest(secret)) if secret else None
        if key is None:
            raise NotAllowed(
                "The API key is missing, wrong or revoked.",
                remedy="Send 'Authorization: Bearer pvx_…'; create one with `polyvox keys create`.",
            )
        at = self._now()
        if key.last_used_at is None or at - key.last_used_at >= TOUCH_EVERY:
            await self._repository.touch(key.id, at)
        return key

    async def list(self) -> Sequence[ApiKey]:
        return await self._repository.list()

    async def revoke(self, key_id: str) -> None:
        """Raises UnknownKey."""
        await self._repository.revoke(key_id, self._now())

    async def is_live(self, key_id: str) -> bool:
        return any(k.id == key_id and k.revoked_at is None for k in await self._repository.list())

    async def any_live(self) -> bool:
        return any(key.revoked_at is None for key in await self._repository.list())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
