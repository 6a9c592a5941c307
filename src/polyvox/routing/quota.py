"""The characters of one segment: reserved before its provider is called, settled after.

This goes around an attempt and inside the cache's flight: what is replayed or joined costs nothing,
and a ledger that refuses says nothing about the provider's health.

What was reserved is given back only when the service surely did not count it: it was not called, or
it refused before any audio. When nobody can know, it stays counted; so the ledger may hold too much,
never too little.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from polyvox.domain.quota import Charge
from polyvox.errors import (
    ConnectionLost,
    Crashed,
    Misconfigured,
    PolyvoxError,
    QuotaExhausted,
    Refused,
    RequestError,
    Throttled,
    Unavailable,
)
from polyvox.provider.base import AudioStream, Provider, Utterance

REFUSALS = (RequestError, Unavailable, Throttled, Misconfigured, QuotaExhausted, Refused)
"""Before any audio: the service was not asked or did not do it, so it does not count it."""

T = TypeVar("T")
Speak = Callable[[], AbstractAsyncContextManager[AudioStream]]
"""Begins one call of a provider, with all that it is told filled in."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """Characters of ``month`` (``2026-11``, in UTC) set aside for one call of ``provider``."""

    month: str
    provider: str
    charge: Charge


class Ledger(Protocol):
    async def reserve(self, provider: str, charge: Charge) -> Reservation | None:
        """None where nothing has to be settled. Raises QuotaExhausted when the month's characters
        do not suffice, Unavailable when they cannot be counted and must be."""

    async def release(self, reservation: Reservation) -> None:
        """Give it back, in the month it was taken from. Raises nothing: at worst it stays counted."""


def remedy(provider: str, tier: str) -> str:
    """What to do about a tier that is used up."""
    return (
        f"Raise quotas.{provider}.limits.{tier}, set quotas.{provider}.policy to warn or allow, "
        "or wait for the next month (UTC)."
    )


@asynccontextmanager
async def metered(
    ledger: Ledger | None, provider: Provider[Any], utterance: Utterance[Any]
) -> AsyncIterator[Speak]:
    """Around one call of ``provider``, which it gives, with its characters in the ledger.

    Without a ledger nothing is counted. Raises what reserving the characters raises.
    """
    call = _Call(partial(provider.speak, utterance))
    reservation = await _reserved(ledger, provider, utterance) if ledger else None
    try:
        yield call.speak
    except BaseException as error:
        if ledger and reservation and call.surely_uncounted(error):
            await _unbroken(asyncio.create_task(ledger.release(reservation)))
        raise


class _Call:
    """One call of a provider, and whether audio came of it."""

    def __init__(self, speak: Speak) -> None:
        self._speak = speak
        self._audio_came = False  # the attempt holds silent audio back, so nobody above can tell

    @asynccontextmanager
    async def speak(self) -> AsyncIterator[AudioStream]:
        async with self._speak() as stream:
            self._audio_came = True
            yield stream

    def surely_uncounted(self, error: BaseException) -> bool:
        refused = isinstance(error, REFUSALS) and not isinstance(error, ConnectionLost)
        return refused and not self._audio_came


async def _reserved(
    ledger: Ledger, provider: Provider[Any], utterance: Utterance[Any]
) -> Reservation | None:
    try:
        charge = provider.charge(utterance)
    except PolyvoxError:
        raise
    except Exception as error:
        # Not its message: it may quote the user's text.
        told = f"The provider cannot say what it charges ({type(error).__qualname__})."
        raise Crashed(told, provider=provider.id) from error
    if charge is None:
        return None
    reserving = asyncio.create_task(ledger.reserve(provider.id, charge))
    try:
        return await _unbroken(reserving)
    except asyncio.CancelledError:
        # Nobody wants the audio any more, but the characters may have been taken.
        if not reserving.cancelled() and not reserving.exception():
            reservation = reserving.result()
            if reservation is not None:
                await _unbroken(asyncio.create_task(ledger.release(reservation)))
        raise


async def _unbroken(work: asyncio.Task[T]) -> T:
    """The result of ``work``. A cancellation does not break it off, and is raised after its end."""
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        raise
