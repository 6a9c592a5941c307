"""Whatever becomes of a call, the ledger holds what the service may have counted: never less, and
more only where nobody can know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from polyvox_faulty.charged import FaultCharged
from polyvox_faulty.faults import Fault
from polyvox_faulty.written import Written, WrittenSettings

from polyvox.config import QuotaSettings
from polyvox.domain.audio import AudioChunk
from polyvox.domain.quota import Charge
from polyvox.errors import ConnectionLost, InvalidSetting, NoVoiceLeft, PolyvoxError
from polyvox.provider import AudioStream, Utterance, audio_stream
from polyvox.services.ports import Balance, TierUse
from polyvox.storage.database import Database
from polyvox.storage.quota import SqlQuota
from tests.support.quota import Stage, stage

TEXT = "One sentence of several words."
REFUSED = {
    *(Fault.UNAVAILABLE, Fault.THROTTLED, Fault.MISCONFIGURED, Fault.QUOTA, Fault.REFUSED),
}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/polyvox.db"


@pytest.fixture
async def s(url: str) -> AsyncIterator[Stage]:
    async with stage(url) as made:
        yield made


async def test_what_is_spoken_is_counted_segment_by_segment(s: Stage) -> None:
    second = "Another one, which comes after it."
    assert await s.say(f"{TEXT} {second}") == "fault_charged"
    assert await s.uses() == {"basic": TierUse(len(TEXT) + len(second), 2)}


@pytest.mark.parametrize("fault", sorted(set(Fault) - {Fault.NONE}))
async def test_a_refusal_costs_nothing_and_every_other_failure_stays_counted(
    s: Stage, fault: Fault
) -> None:
    s.script(fault)
    assert await s.say(TEXT) == "fault_b"
    assert s.charged.calls == [fault]
    expected = TierUse(0, 0) if fault in REFUSED else TierUse(len(TEXT), 1)
    assert await s.uses() == {"basic": expected}


async def test_a_failure_and_its_second_try_are_counted_each(s: Stage) -> None:
    s.script(Fault.CUT, Fault.NONE)
    assert await s.say(TEXT, chain=False) == "fault_charged"
    assert await s.used() == 2 * len(TEXT)


class LosesTheConnection(FaultCharged):
    @asynccontextmanager
    async def speak(self, utterance: Utterance[WrittenSettings]) -> AsyncIterator[AudioStream]:
        if utterance.text:
            raise ConnectionLost("The connection was lost.")
        async with super().speak(utterance) as stream:
            yield stream


async def test_a_connection_lost_before_any_audio_stays_counted(url: str) -> None:
    async with stage(url, charged=LosesTheConnection) as s:
        assert await s.say(TEXT) == "fault_b"
        assert await s.used() == len(TEXT)


class RefusesLate(FaultCharged):
    @asynccontextmanager
    async def speak(self, utterance: Utterance[WrittenSettings]) -> AsyncIterator[AudioStream]:
        async with audio_stream(self._silent_at_first()) as stream:
            yield stream

    async def _silent_at_first(self) -> AsyncGenerator[AudioChunk, None]:
        yield AudioChunk(bytes(4800), 24_000)
        raise InvalidSetting("After all, not like that.")


async def test_a_refusal_after_audio_that_nobody_heard_stays_counted(url: str) -> None:
    async with stage(url, charged=RefusesLate) as s:
        with pytest.raises(InvalidSetting):
            await s.say(TEXT)
        assert await s.used() == len(TEXT)


class ChargesBadly(FaultCharged):
    def charge(self, utterance: Utterance[WrittenSettings]) -> Charge:
        raise KeyError(utterance.text)


async def test_a_provider_that_cannot_say_what_it_charges_is_not_asked(url: str) -> None:
    async with stage(url, charged=ChargesBadly) as s:
        assert await s.say(TEXT) == "fault_b"
        assert s.charged.calls == []
        [failed, _] = s.reports[0].segments[0].attempts
        assert failed.error == "crashed"
        assert TEXT not in str(failed.message)


class UnreadableTariff(FaultCharged):
    def tariff(self) -> None:  # type: ignore[override]
        raise ValueError


async def test_a_provider_whose_tariff_cannot_be_read_is_not_loaded(url: str) -> None:
    async with stage(url, charged=UnreadableTariff) as s:
        assert await s.say(TEXT) == "fault_b"
        assert "could not be loaded" in str(s.providers.find("fault_charged").availability().reason)


async def test_what_is_replayed_or_joined_is_counted_once(s: Stage) -> None:
    await asyncio.gather(*(s.say(TEXT) for _ in range(10)))
    await s.say(TEXT)
    assert await s.uses() == {"basic": TierUse(len(TEXT), 1)}
    await asyncio.gather(*(s.say(TEXT, cache=False) for _ in range(3)))
    assert await s.uses() == {"basic": TierUse(4 * len(TEXT), 4)}


async def reached(written: Written) -> None:
    """Until the provider is being called."""
    while not written.running:  # noqa: ASYNC110 - the provider has no event for it
        await asyncio.sleep(0.001)


async def test_a_call_that_the_listener_leaves_stays_counted(s: Stage) -> None:
    s.script(Fault.HANG, Fault.STALL)
    waiting = asyncio.create_task(s.say(TEXT, cache=False))
    await reached(s.charged)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await s.used() == len(TEXT)
    async with await s.speech(TEXT, cache=False) as speech:
        await anext(aiter(speech))
    assert await s.used() == 2 * len(TEXT)
    assert s.charged.running == 0


class Held(SqlQuota):
    """Does nothing until it is let go; told to, it fails then."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.entered, self.go_on = asyncio.Event(), asyncio.Event()
        self.fails = False

    async def reserve(
        self, month: str, provider: str, charge: Charge, *, limit: int | None
    ) -> Balance:
        self.entered.set()
        await self.go_on.wait()
        if self.fails:
            raise PolyvoxError("The database does not answer.")
        return await super().reserve(month, provider, charge, limit=limit)


@pytest.mark.parametrize("fails", [False, True])
async def test_who_leaves_while_characters_are_being_reserved_leaves_none_behind(
    url: str, fails: bool
) -> None:
    async with stage(url, ledger=Held) as s:
        ledger = s.ledger
        assert isinstance(ledger, Held)
        ledger.fails = fails
        waiting = asyncio.create_task(s.say(TEXT))
        await ledger.entered.wait()
        waiting.cancel()
        await asyncio.sleep(0)
        ledger.go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await s.used() == 0
        assert [use.requests for use in (await s.uses()).values()] == ([] if fails else [0])
        assert s.charged.calls == []


class InMemory:
    """A ledger that works in turns of the event loop, so that they are the same in every run."""

    def __init__(self, _: Database) -> None:
        self.characters = 0

    async def reserve(
        self, month: str, provider: str, charge: Charge, *, limit: int | None
    ) -> Balance:
        for _ in range(5):
            await asyncio.sleep(0)
        self.characters += charge.characters
        for _ in range(5):
            await asyncio.sleep(0)
        return Balance(True, self.characters)

    async def release(self, month: str, provider: str, charge: Charge) -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        self.characters -= charge.characters

    async def used(self, month: str) -> dict[tuple[str, str], TierUse]:
        return {("fault_charged", "basic"): TierUse(self.characters, 1)}


async def test_who_leaves_at_any_moment_leaves_behind_exactly_the_calls_that_were_begun(
    url: str,
) -> None:
    ends = []
    async with stage(
        url, {"fault_charged": QuotaSettings(limits={"basic": 10_000})}, ledger=InMemory
    ) as s:
        for turns in range(80):
            before = len(s.charged.calls)
            s.script(Fault.UNAVAILABLE if turns % 2 else Fault.NONE)
            task = asyncio.create_task(s.say(TEXT, cache=False, chain=False))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            [end] = await asyncio.gather(task, return_exceptions=True)
            s.providers.find("fault_charged").breaker.reset()
            ends.append((type(end), s.charged.calls[before:]))
            counted = [call for call in s.charged.calls if call is Fault.NONE]
            assert await s.used() == len(counted) * len(TEXT), turns
    assert {(asyncio.CancelledError, 0), (asyncio.CancelledError, 1), (str, 1)} <= {
        (kind, len(calls)) for kind, calls in ends
    }, "too early, in the midst, and too late"


async def test_a_resting_provider_costs_nothing(s: Stage) -> None:
    s.script(Fault.MISCONFIGURED)
    await s.say(TEXT)
    with pytest.raises(NoVoiceLeft, match="resting"):
        await s.say(TEXT, chain=False)
    assert await s.uses() == {"basic": TierUse(0, 0)}
