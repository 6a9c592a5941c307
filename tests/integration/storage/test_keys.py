from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from polyvox.errors import Conflict, UnknownKey
from polyvox.services.ports import ApiKey, KeyRepository
from polyvox.storage.database import Database
from polyvox.storage.keys import SqlKeys

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def key(number: int = 1) -> ApiKey:
    return ApiKey(f"key-{number}", "laptop", "pv_abc", f"digest-{number}", NOON + number * MINUTE)


@pytest.fixture
def keys(database: Database) -> KeyRepository:
    return SqlKeys(database)


async def test_a_key_is_found_by_its_digest(keys: KeyRepository) -> None:
    await keys.add(key(1))
    await keys.add(key(2))
    assert await keys.find("digest-2") == key(2)
    assert await keys.find("digest-3") is None


async def test_neither_id_nor_digest_is_taken_twice(keys: KeyRepository) -> None:
    await keys.add(key(1))
    with pytest.raises(Conflict):
        await keys.add(replace(key(1), digest="another"))
    with pytest.raises(Conflict):
        await keys.add(replace(key(1), id="another"))
    assert list(await keys.list()) == [key(1)]


async def test_a_revoked_key_is_listed_but_not_found_and_its_first_revocation_stands(
    keys: KeyRepository,
) -> None:
    await keys.add(key(1))
    await keys.add(key(2))
    await keys.revoke("key-1", NOON + 5 * MINUTE)
    await keys.revoke("key-1", NOON + 9 * MINUTE)
    assert await keys.find("digest-1") is None
    assert list(await keys.list()) == [key(2), replace(key(1), revoked_at=NOON + 5 * MINUTE)]


async def test_only_a_known_key_can_be_revoked(keys: KeyRepository) -> None:
    with pytest.raises(UnknownKey, match="key-1"):
        await keys.revoke("key-1", NOON)


async def test_the_last_use_is_the_latest(keys: KeyRepository) -> None:
    await keys.add(key(1))
    await keys.touch("key-1", NOON + 2 * MINUTE)
    await keys.touch("key-1", NOON + MINUTE)
    await keys.touch("gone", NOON)
    assert await keys.find("digest-1") == replace(key(1), last_used_at=NOON + 2 * MINUTE)
