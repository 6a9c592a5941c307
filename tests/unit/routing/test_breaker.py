from __future__ import annotations

import asyncio

import pytest

from polyvox.errors import (
    InvalidSetting,
    Misconfigured,
    QuotaExhausted,
    Refused,
    Throttled,
    Unavailable,
)
from polyvox.routing.breaker import Breaker, BreakerPolicy


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock, BreakerPolicy(failures=2, rest_s=5.0, longest_s=15.0))


def fail(breaker: Breaker, error: BaseException | None = None) -> None:
    error = error or Unavailable("down")
    with pytest.raises(type(error)), breaker.trial():
        raise error


def test_rests_after_failures_in_a_row_and_says_why(breaker: Breaker) -> None:
    fail(breaker)
    assert breaker.refusal() is None
    fail(breaker)
    assert breaker.refusal() == "It is resting for 5 s more after 2 failures in a row."
    with pytest.raises(Unavailable, match="resting"), breaker.trial():
        pytest.fail("asked while resting")


def test_success_forgets_failures(breaker: Breaker) -> None:
    fail(breaker)
    with breaker.trial():
        pass
    fail(breaker)
    assert breaker.refusal() is None


def test_half_open_lets_one_request_through(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    fail(breaker)
    clock.now += 5.0
    assert breaker.refusal() is None
    with breaker.trial():
        assert breaker.refusal() == "It is being tried again after 2 failures in a row."
        with pytest.raises(Unavailable), breaker.trial():
            pytest.fail("two probes at once")
    assert breaker.refusal() is None


def test_failed_probe_rests_longer_up_to_the_longest(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    fail(breaker)
    rests = []
    for _ in range(3):
        clock.now += 1000
        fail(breaker)
        rests.append(str(breaker.refusal()))
    assert ["10 s" in rests[0], "15 s" in rests[1], "15 s" in rests[2]] == [True] * 3


def test_cancelled_probe_counts_for_nothing_and_frees_its_place(
    breaker: Breaker, clock: Clock
) -> None:
    fail(breaker)
    fail(breaker)
    clock.now += 5.0
    fail(breaker, asyncio.CancelledError())
    assert breaker.refusal() is None
    with breaker.trial():
        pass
    fail(breaker)
    assert breaker.refusal() is None, "the probe's success closed it"


@pytest.mark.parametrize(
    "error", [Refused("no"), InvalidSetting("no"), Throttled("queue is full", retry_after=0)]
)
def test_the_text_s_or_caller_s_fault_is_not_the_provider_s(
    breaker: Breaker, error: Exception
) -> None:
    for _ in range(5):
        fail(breaker, error)
    assert breaker.refusal() is None


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (Throttled("slow down", retry_after=42), "42 s"),
        (Throttled("slow down"), "5 s"),
        (Misconfigured("wrong key"), "600 s"),
        (QuotaExhausted("spent"), "3600 s"),
    ],
)
def test_some_failures_rest_at_once(breaker: Breaker, error: Exception, seconds: str) -> None:
    fail(breaker, error)
    assert seconds in str(breaker.refusal())


def test_reset_forgets_everything(breaker: Breaker) -> None:
    fail(breaker, Misconfigured("wrong key"))
    breaker.reset()
    assert breaker.refusal() is None
