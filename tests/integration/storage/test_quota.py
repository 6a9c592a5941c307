"""The ledger: exact in both databases, whoever writes at the same time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from polyvox.domain.quota import Charge
from polyvox.errors import PolyvoxError
from polyvox.services.ports import Balance, QuotaRepository, TierUse
from polyvox.storage.database import Database
from polyvox.storage.lazy import LazyQuota
from polyvox.storage.quota import SqlQuota

MONTH = "2026-11"


def charge(characters: int, tier: str = "basic") -> Charge:
    return Charge(tier, characters)


@pytest.fixture
def ledger(database: Database) -> QuotaRepository:
    return SqlQuota(database)


async def used(ledger: QuotaRepository, month: str = MONTH) -> dict[tuple[str, str], int]:
    return {key: use.characters for key, use in (await ledger.used(month)).items()}


async def test_characters_add_up_to_the_limit_and_not_beyond(ledger: QuotaRepository) -> None:
    steps = [
        (60, Balance(True, 60)),
        (41, Balance(False, 60)),
        (40, Balance(True, 100)),
        (1, Balance(False, 100)),
        (0, Balance(True, 100)),
    ]
    for characters, expected in steps:
        assert await ledger.reserve(MONTH, "a", charge(characters), limit=100) == expected
    assert await ledger.used(MONTH) == {("a", "basic"): TierUse(100, 3)}


async def test_a_first_charge_over_the_limit_makes_no_row(ledger: QuotaRepository) -> None:
    assert await ledger.reserve(MONTH, "a", charge(101), limit=100) == Balance(False, 0)
    assert await ledger.reserve(MONTH, "a", charge(1), limit=0) == Balance(False, 0)
    assert await ledger.used(MONTH) == {}


async def test_without_a_limit_everything_is_counted(ledger: QuotaRepository) -> None:
    for total in (2**40, 2**41):
        taken = await ledger.reserve(MONTH, "a", charge(2**40), limit=None)
        assert taken == Balance(True, total)
    assert await ledger.reserve(MONTH, "a", charge(1), limit=2**40) == Balance(False, 2**41)


async def test_months_providers_and_tiers_are_apart(ledger: QuotaRepository) -> None:
    for month, provider, tier in (
        (MONTH, "a", "basic"),
        (MONTH, "a", "best"),
        (MONTH, "b", "basic"),
        ("2026-12", "a", "basic"),
    ):
        assert await ledger.reserve(month, provider, charge(9, tier), limit=10) == Balance(True, 9)
    await ledger.release(MONTH, "a", charge(9, "best"))
    assert await used(ledger) == {("a", "basic"): 9, ("a", "best"): 0, ("b", "basic"): 9}
    assert await used(ledger, "2026-12") == {("a", "basic"): 9}


async def test_what_is_given_back_can_be_taken_again_and_is_never_less_than_nothing(
    ledger: QuotaRepository,
) -> None:
    await ledger.reserve(MONTH, "a", charge(100), limit=100)
    await ledger.release(MONTH, "a", charge(30))
    assert await ledger.reserve(MONTH, "a", charge(30), limit=100) == Balance(True, 100)
    for _ in range(3):
        await ledger.release(MONTH, "a", charge(70))
    assert await ledger.used(MONTH) == {("a", "basic"): TierUse(0, 0)}
    await ledger.release(MONTH, "nobody", charge(5))
    assert ("nobody", "basic") not in await ledger.used(MONTH)


async def test_two_doors_at_once_never_go_over_and_leave_nothing_that_would_have_fitted(
    ledger: QuotaRepository, other_process: Database
) -> None:
    doors = (ledger, SqlQuota(other_process))

    async def take(number: int) -> tuple[int, bool]:
        size = 1 + number * 37 % 90
        balance = await doors[number % 2].reserve(MONTH, "a", charge(size), limit=1000)
        return size, balance.reserved

    taken = await asyncio.gather(*map(take, range(100)))
    granted = sum(size for size, reserved in taken if reserved)
    assert await used(ledger) == {("a", "basic"): granted}
    assert 1000 - min(size for size, reserved in taken if not reserved) < granted <= 1000


async def test_a_lazy_ledger_opens_the_database_once_and_closes_it(url: str) -> None:
    lazy = LazyQuota(url)
    await lazy.stop()
    taken = await asyncio.gather(
        *(lazy.reserve(MONTH, "a", charge(10), limit=50) for _ in range(8))
    )
    assert sum(balance.reserved for balance in taken) == 5
    await lazy.release(MONTH, "a", charge(10))
    assert await lazy.used(MONTH) == {("a", "basic"): TierUse(40, 4)}
    await lazy.stop()
    await lazy.stop()


async def test_a_lazy_ledger_that_cannot_be_opened_says_so_and_tries_again(
    sqlite_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.write_text("in the way")
    lazy = LazyQuota(sqlite_url)
    with pytest.raises(PolyvoxError, match="cannot be opened"):
        await lazy.used(MONTH)
    folder.unlink()
    assert await lazy.used(MONTH) == {}
    await lazy.stop()
