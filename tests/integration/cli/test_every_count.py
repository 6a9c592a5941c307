"""Each field of Counts is counted, added up and shown everywhere, but where this file says otherwise.

Nobody lists the fields: who adds one is told here whom they forgot.
"""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from polyvox.console.performance_view import table
from polyvox.domain.counts import Counts, counts_of
from polyvox.domain.speech import Attempt, Outcome, SegmentReport, SpeechReport
from polyvox.services import tally
from polyvox.services.ports import UsageIncrement
from polyvox.storage.database import Database
from polyvox.storage.usage import SqlUsage
from tests.integration.cli.conftest import Polyvox
from tests.support.counts import NAMES, filled, with_more
from tests.support.server import RunningServer, serving, settings_for

NOW = datetime(2026, 1, 2, 12, 30, tzinfo=UTC)
PLAIN = "p_plain"
USED = {PLAIN: filled()} | {f"p_{name}": with_more(name) for name in NAMES}
"""By provider: one, and for each field one with more of it."""
REPORT = SpeechReport(
    id="sp_1",
    created_at=NOW.isoformat(),
    personality="joe",
    language="en",
    outcome=Outcome.OK,
    characters=30,
    candidates=["a", "b"],
    segments=[
        SegmentReport(
            index=0,
            characters=10,
            attempts=[
                Attempt(provider="a", outcome=Outcome.FAILED, latency_ms=5.0),
                Attempt(
                    provider="b", outcome=Outcome.OK, ttfa_ms=80.0, latency_ms=90.0, audio_ms=1000.0
                ),
            ],
        ),
        SegmentReport(
            index=1,
            characters=20,
            attempts=[
                Attempt(
                    provider="b", outcome=Outcome.OK, latency_ms=1.0, audio_ms=2000.0, cached=True
                )
            ],
        ),
    ],
)


def unseen(rows: dict[str, Any]) -> set[str]:
    """The fields of which a row, here by provider, does not depend."""
    assert rows.keys() == USED.keys()
    return {name for name in NAMES if rows[f"p_{name}"] == rows[PLAIN]}


async def written(home: Path) -> None:
    database = Database(settings_for(home).database)
    await database.start()
    usage = SqlUsage(database)
    await usage.add([UsageIncrement(NOW, "", each, counts) for each, counts in USED.items()])
    await database.stop()


@pytest.fixture
def used(home: Path) -> Path:
    """A home whose database holds USED."""
    asyncio.run(written(home))
    return home


@pytest.fixture
def server(used: Path) -> Iterator[RunningServer]:
    with serving(settings_for(used), loaders={}) as running:
        yield running


def without_names(row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return row.pop("provider"), row


def test_a_reply_fills_every_count() -> None:
    counts = Counts.total(counts_of(REPORT, provider) for provider in ("a", "b"))
    nothing = Counts()
    assert [name for name in NAMES if getattr(counts, name) == getattr(nothing, name)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_count_adds_up(name: str) -> None:
    more = with_more(name) + filled()
    assert more == Counts.total([filled(), with_more(name)])
    assert more != filled() + filled()
    assert Counts.total([]) == Counts()


def test_the_api_tells_every_count_and_its_total(server: RunningServer) -> None:
    def ask(path: str) -> str:
        with urlopen(server.url + path) as answer:  # noqa: S310 - our own server
            return str(answer.read().decode())

    rows = json.loads(ask("/v1/stats"))["data"]
    assert unseen(dict(map(without_names, rows))) == set()
    sheet = csv.DictReader(ask("/v1/stats.csv").splitlines())
    assert unseen(dict(map(without_names, sheet))) == set()
    totals = {each: json.loads(ask(f"/v1/stats?provider={each}"))["totals"] for each in USED}
    assert unseen(totals) == {"latency", "ttfa"}


def test_the_console_shows_every_count(server: RunningServer) -> None:
    totals = server.call(server.application.services.usage.totals(by_hour=True))
    lines = {name: figures for name, *figures in table(totals, str)}
    assert unseen(lines) == {"audio_ms"}


def test_the_command_shows_every_count(polyvox: Polyvox, used: Path) -> None:
    rows = polyvox("stats", "--json").json
    assert unseen(dict(map(without_names, rows))) == set()
    lines = [line.split() for line in polyvox("stats").out.splitlines()[1:]]
    assert unseen({name: figures for name, *figures in lines}) == {"successes"}


def test_the_library_tells_every_count(monkeypatch: pytest.MonkeyPatch) -> None:
    def increments(report: SpeechReport) -> list[UsageIncrement]:
        return [UsageIncrement(NOW, "", each, counts) for each, counts in USED.items()]

    once = figures_of(REPORT)
    assert once["b"]["characters"] == 30
    monkeypatch.setattr(tally, "increments", increments)
    assert unseen(figures_of(REPORT)) == {"successes", "ttfa"}


def figures_of(report: SpeechReport) -> dict[str, dict[str, float]]:
    kept = tally.Tally()
    kept.record(report)
    return kept.stats()
