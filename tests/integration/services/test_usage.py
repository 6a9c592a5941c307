from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

import pytest
from polyvox_faulty.faults import Fault
from polyvox_faulty.written import Written

from polyvox.bootstrap import Application
from polyvox.config import Settings
from polyvox.domain.speech import SpeechReport, SpeechRequest
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import NoVoiceLeft, UnknownReport
from polyvox.services.container import Services
from polyvox.services.providers import discover
from polyvox.services.usage import as_row

CHAIN = VoiceConfig(active_provider="fault_a", fallback_chain=("fault_b",))
TEXT = "One sentence here. Another sentence there."


async def say(services: Services, text: str = TEXT) -> SpeechReport:
    request = SpeechRequest(text=text, voice_config=CHAIN)
    async with await services.speak.speak(request) as speech:
        await speech.read()
    return speech.report


async def test_a_takeover_counts_a_failure_for_one_and_a_success_for_the_other(
    services: Services,
) -> None:
    cast("Written", services.providers.get("fault_a")).script = [Fault.NONE, Fault.CUT]
    await say(services, "One sentence of five words. Another sentence of some more words.")
    rows = {t.provider: as_row(t) for t in await services.usage.totals()}
    assert (rows["fault_a"]["requests"], rows["fault_a"]["failures"]) == (1, 1)
    assert (rows["fault_a"]["segments"], rows["fault_b"]["segments"]) == (1, 1)
    assert (rows["fault_b"]["success_rate"], rows["fault_a"]["success_rate"]) == (1.0, 0.0)
    assert rows["fault_b"]["characters"] == len("Another sentence of some more words.")


async def test_cache_hits_count_as_such_and_not_in_the_latency(services: Services) -> None:
    await say(services)
    await say(services)
    [row] = [as_row(t) for t in await services.usage.totals()]
    assert (row["requests"], row["segments"], row["cache_hits"]) == (2, 4, 2)
    assert row["cache_rate"] == 0.5
    [totals] = await services.usage.totals()
    assert totals.counts.latency.count == 1


async def test_a_refused_request_has_a_report_too(services: Services) -> None:
    nobody = VoiceConfig(active_provider="not_there")
    with pytest.raises(NoVoiceLeft) as caught:
        await services.speak.speak(SpeechRequest(text=TEXT, voice_config=nobody))
    report = await services.usage.report(str(caught.value.speech_id))
    assert [(o.provider, o.code) for o in report.out] == [("not_there", "not_installed")]


async def test_a_report_can_be_read_at_once_and_after_a_restart(
    application: Application, tmp_path: Path
) -> None:
    made = await say(application.services)
    assert await application.services.usage.report(made.id) == made
    await application.stop()
    loaders = {"fault_a": discover()["fault_a"]}
    again = Application(Settings.load(home=tmp_path), loaders=loaders)
    await again.start()
    assert await again.services.usage.report(made.id) == made
    with pytest.raises(UnknownReport, match="newest"):
        await again.services.usage.report("sp_unknown")
    await again.stop()


async def test_what_was_recorded_is_written_within_a_second_without_being_asked(
    application: Application, tmp_path: Path
) -> None:
    made = await say(application.services)
    reader = Application(Settings.load(home=tmp_path), loaders={})
    await reader.start()
    async with asyncio.timeout(10):
        while True:
            try:
                assert (await reader.services.usage.report(made.id)).id == made.id
                break
            except UnknownReport:
                await asyncio.sleep(0.05)
    await reader.stop()
