"""Tokens of IAM: one exchange for all, in time, and never in the way of a call that could be made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from polyvox.errors import Misconfigured, Unavailable
from polyvox.providers.ibm_watson.token import TokenLogin
from tests.emulators.faults import Fault
from tests.emulators.watson import KEY, TRANSACTION, Watson
from tests.unit.ibm_watson.stage import until

LIFE_S = 1000


class Clock:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def started(
    emulator: Watson, clock: Clock | None = None, key: str = KEY
) -> AsyncIterator[TokenLogin]:
    emulator.token_life_s = LIFE_S
    login = TokenLogin(emulator.iam_url, SecretStr(key), now=clock or Clock())
    try:
        await login.start()
        yield login
    finally:
        await login.stop()


async def test_twenty_callers_share_one_exchange(emulator: Watson) -> None:
    async with started(emulator) as login:
        given = await asyncio.gather(*(login.authorization() for _ in range(20)))
    assert emulator.exchanges == 1
    assert set(given) == {f"Bearer {token}" for token in emulator.tokens}


async def test_a_token_is_renewed_after_four_fifths_of_its_life(emulator: Watson) -> None:
    clock = Clock()
    async with started(emulator, clock) as login:
        first = await login.authorization()
        clock.now += 0.79 * LIFE_S
        assert await login.authorization() == first
        clock.now += 0.02 * LIFE_S
        assert await login.authorization() != first
    assert emulator.exchanges == 2


async def test_a_token_that_has_not_run_out_outlives_a_failed_renewal(emulator: Watson) -> None:
    clock = Clock()
    async with started(emulator, clock) as login:
        first = await login.authorization()
        emulator.iam_fault = Fault.SERVER_ERROR
        clock.now += 0.9 * LIFE_S
        assert await login.authorization() == first
        clock.now += 0.2 * LIFE_S
        with pytest.raises(Unavailable, match="IAM"):
            await login.authorization()
        emulator.iam_fault = Fault.NONE
        assert await login.authorization() != first


async def test_nobody_waits_for_a_renewal_while_the_old_token_is_good(emulator: Watson) -> None:
    clock = Clock()
    async with started(emulator, clock) as login:
        first = await login.authorization()
        emulator.iam_fault = Fault.HANG
        clock.now += 0.9 * LIFE_S
        renewing = asyncio.create_task(login.authorization())
        await until(lambda: emulator.exchanging)
        assert await login.authorization() == first
        renewing.cancel()
        await asyncio.wait([renewing])


async def test_a_caller_who_is_cancelled_takes_no_one_along(emulator: Watson) -> None:
    emulator.iam_fault = Fault.HANG
    async with started(emulator) as login:
        callers = [asyncio.create_task(login.authorization()) for _ in range(5)]
        await until(lambda: emulator.exchanging)
        emulator.iam_fault = Fault.NONE
        callers[0].cancel()
        first, *others = await asyncio.gather(*callers, return_exceptions=True)
    assert isinstance(first, asyncio.CancelledError)
    assert len(set(others)) == 1
    assert emulator.exchanges == 1


async def test_only_a_token_that_was_good_once_is_dropped(emulator: Watson) -> None:
    async with started(emulator) as login:
        first = await login.authorization()
        assert not login.refused(first)
        assert await login.authorization() == first
        login.accepted(first)
        assert login.refused(first)
        second = await login.authorization()
        assert second != first
        # Somebody else's news of the first one, which is gone already.
        assert login.refused(first)
        assert await login.authorization() == second


async def test_a_wrong_key_is_the_operators_and_is_not_quoted(emulator: Watson) -> None:
    async with started(emulator, key="wrong-key-1") as login:
        with pytest.raises(Misconfigured, match="IBM_WATSON_API_KEY") as caught:
            await login.authorization()
    assert caught.value.request_id == TRANSACTION
    assert "wrong-key-1" not in str(caught.value)
