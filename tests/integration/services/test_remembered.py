"""A personality is read once for a moment, and never after it was changed here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from polyvox.errors import UnknownPersonality
from polyvox.services.container import Services
from polyvox.services.ports import Personality
from polyvox.services.remembered import REMEMBERED_S, RememberedPersonalities


class Counting:
    """The stored personalities, with a count of reads; each read may be held back."""

    def __init__(self, services: Services) -> None:
        self._stored = services.personalities
        self.reads = 0
        self.has_read, self.may_return = asyncio.Event(), asyncio.Event()
        self.may_return.set()

    async def list(self) -> Sequence[Personality]:
        return await self._stored.list()

    async def get(self, personality_id: str) -> Personality:
        self.reads += 1
        found = await self._stored.get(personality_id)
        self.has_read.set()
        await self.may_return.wait()
        return found


async def test_it_is_read_once_in_a_moment(services: Services) -> None:
    stored, now = Counting(services), [0.0]
    remembered = RememberedPersonalities(stored, clock=lambda: now[0])
    for _ in range(3):
        assert (await remembered.get("joe")).version == 1
    assert stored.reads == 1
    await services.personalities.switch("joe", "fault_a")
    now[0] = REMEMBERED_S
    assert (await remembered.get("joe")).version == 2
    assert stored.reads == 2


async def test_a_change_is_seen_at_once(services: Services) -> None:
    remembered = RememberedPersonalities(Counting(services), clock=lambda: 0.0)
    await remembered.get("joe")
    await services.personalities.switch("joe", "fault_a")
    remembered.forget("joe")
    assert (await remembered.get("joe")).voice_config.active_provider == "fault_a"
    await services.personalities.delete("joe")
    remembered.forget("joe")
    with pytest.raises(UnknownPersonality):
        await remembered.get("joe")


async def test_what_was_read_before_a_change_is_not_kept_after_it(services: Services) -> None:
    stored = Counting(services)
    remembered = RememberedPersonalities(stored, clock=lambda: 0.0)
    stored.may_return.clear()
    reading = asyncio.create_task(remembered.get("joe"))
    await stored.has_read.wait()
    await services.personalities.switch("joe", "fault_a")
    remembered.forget("joe")
    stored.may_return.set()
    await reading
    assert (await remembered.get("joe")).voice_config.active_provider == "fault_a"


async def test_the_whole_of_polyvox_forgets_what_it_changes(services: Services) -> None:
    await services.personalities.create("shop", name="Shop", voice_config={})
    assert (await services.addressing.resolve(voice="shop")).personality == "shop"
    await services.personalities.delete("shop")
    assert (await services.addressing.resolve(model="shop", voice="alloy")).personality != "shop"
