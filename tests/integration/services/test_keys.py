from __future__ import annotations

import pytest

from polyvox.errors import InvalidSetting, NotAllowed, UnknownKey
from polyvox.services.container import Services


async def test_a_key_opens_until_it_is_revoked(services: Services) -> None:
    key, secret = await services.keys.create("till")
    assert (await services.keys.check(secret)).id == key.id
    assert await services.keys.any_live()
    await services.keys.revoke(key.id)
    with pytest.raises(NotAllowed):
        await services.keys.check(secret)
    assert not await services.keys.any_live()


async def test_the_key_itself_is_kept_nowhere(services: Services) -> None:
    _, secret = await services.keys.create("till")
    [kept] = await services.keys.list()
    assert secret not in str(kept)
    assert secret.startswith(kept.prefix)
    assert len(kept.prefix) < 10


@pytest.mark.parametrize("wrong", ["", "pvx_", "pvx_wrong", "x" * 5000])
async def test_wrong_keys_are_refused(services: Services, wrong: str) -> None:
    with pytest.raises(NotAllowed):
        await services.keys.check(wrong)


async def test_use_is_noted(services: Services) -> None:
    _, secret = await services.keys.create("till")
    await services.keys.check(secret)
    [kept] = await services.keys.list()
    assert kept.last_used_at is not None


async def test_names_and_ids_are_checked(services: Services) -> None:
    with pytest.raises(InvalidSetting):
        await services.keys.create(" ")
    with pytest.raises(UnknownKey):
        await services.keys.revoke("key_unknown")
