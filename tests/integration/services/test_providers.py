"""A provider that is broken is reported, never fatal."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from polyvox_faulty.written import FaultA, FaultB

from polyvox.domain.capabilities import Capabilities, SampleNeeds, State, Voice
from polyvox.domain.remedy import RemedyKind
from polyvox.domain.speech import ExclusionCode
from polyvox.errors import Unavailable, UnknownProvider
from polyvox.provider import Provider
from polyvox.routing.candidates import Standing
from polyvox.services.found import STOPPED
from polyvox.services.providers import Providers, discover
from tests.support.samples import NEEDS


class FailsToStart(FaultA):
    id = "no_start"

    async def start(self) -> None:
        raise RuntimeError("the driver is missing")


class FailsAlike(FailsToStart):
    async def start(self) -> None:
        raise Unavailable(STOPPED)


class Clones(FaultA):
    id = "clones"
    needs = SampleNeeds(min_s=1, max_s=9, best_min_s=2, best_max_s=4)

    def capabilities(self) -> Capabilities:
        return replace(super().capabilities(), cloning=self.needs)


class CannotSay(FaultA):
    id = "cannot_say"

    def capabilities(self) -> Capabilities:
        raise RuntimeError("not started")


class SlowVoices(FaultA):
    id = "slow_voices"

    async def voices(self, language: str | None = None) -> list[Voice]:
        await asyncio.Event().wait()
        raise AssertionError("never")


def loads(kind: type[Any]) -> type[Provider[Any]]:
    return cast("type[Provider[Any]]", kind)


def broken() -> type[Provider[Any]]:
    raise ImportError("No module named 'left_out'")


async def test_each_fault_is_told_and_the_rest_works(tmp_path: Path) -> None:
    providers = Providers(
        {
            "fault_b": lambda: loads(FaultB),
            "no_import": broken,
            "no_start": lambda: loads(FailsToStart),
            "wrong_name": lambda: loads(FaultA),
        },
        home=tmp_path,
        options={},
        clock=lambda: 0.0,
    )
    assert providers.find("fault_b").availability().state is State.LOADING
    await providers.start()
    told = {f.id: f.availability() for f in providers.all()}
    assert told["fault_b"].state is State.READY
    assert {told[n].state for n in ("no_import", "no_start", "wrong_name")} == {State.UNAVAILABLE}
    assert "No module named 'left_out'" in str(told["no_import"].reason)
    assert told["no_start"].reason == "It failed to start: RuntimeError."
    assert "fault_a" in str(told["wrong_name"].reason)
    assert all(a.remedy for a in told.values() if a.state is State.UNAVAILABLE)
    with pytest.raises(UnknownProvider):
        providers.get("no_import")
    await providers.stop()


async def test_what_clones_says_what_it_needs_before_it_is_started(tmp_path: Path) -> None:
    loaders = {
        "clones": lambda: loads(Clones),
        "cannot_say": lambda: loads(CannotSay),
        "fault_b": lambda: loads(FaultB),
        "no_import": broken,
    }
    providers = Providers(loaders, home=tmp_path, options={}, clock=lambda: 0.0)
    assert providers.sample_needs() == {"clones": Clones.needs}


def test_all_of_ours_that_clone_say_so_without_weights(tmp_path: Path) -> None:
    providers = Providers(discover(), home=tmp_path, options={}, clock=lambda: 0.0)
    assert providers.sample_needs() == NEEDS


async def test_that_the_operator_stopped_one_is_no_matter_of_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaders = {"fault_b": lambda: loads(FaultB), "no_start": lambda: loads(FailsAlike)}
    providers = Providers(loaders, home=tmp_path, options={}, clock=lambda: 0.0)
    await providers.start()
    assert not providers.find("no_start").stopped, "it failed, in the same words"
    monkeypatch.setattr("polyvox.services.found.STOPPED", "It is off.")
    stopped = await providers.stop_one("fault_b")
    assert (stopped.stopped, stopped.availability().reason) == (True, "It is off.")
    refusal = providers.refusal("fault_b")
    assert refusal is not None
    assert (refusal.code, refusal.reason) == (ExclusionCode.UNAVAILABLE, "It is off.")
    assert refusal.remedy is not None
    assert refusal.remedy.kind is RemedyKind.START
    started = await providers.start_one("fault_b")
    assert (started.stopped, started.in_service) == (False, True)
    await providers.stop()


async def test_voices_that_do_not_come_take_the_provider_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polyvox.services.providers.VOICES_S", 0.01)
    loaders = {"slow_voices": lambda: loads(SlowVoices)}
    providers = Providers(loaders, home=tmp_path, options={}, clock=lambda: 0.0)
    await providers.start()
    standing: Standing = (await providers.standings(["slow_voices", "not_there"]))["slow_voices"]
    assert standing.availability.state is State.UNAVAILABLE
    await providers.stop()
