"""The process that XTTS speaks in is killed, or stands still, in the middle of a reply."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from polyvox.bootstrap import Application
from polyvox.domain.speech import Outcome, SpeechReport, SpeechRequest
from polyvox.domain.voice_config import ProviderConfig, VoiceConfig
from polyvox.services.providers import discover
from polyvox.services.speech import Speech
from tests.support.server import settings_for
from tests.support.transcribe import likeness

SENTENCES = (
    "The first sentence is short.",
    "The second one is a little longer than that.",
    "Then comes a third sentence to be spoken.",
    "And the fourth is the last of all of them.",
)
GREEDY = ProviderConfig(settings={"top_k": 1})
"""A tiny checkpoint's clips are noise, but the same again each time."""
CONFIG = VoiceConfig(
    active_provider="xtts_v2", fallback_chain=("piper",), providers={"xtts_v2": GREEDY}
)
PATIENCE = {"first_audio_s": 60.0, "stall_s": 6.0}
GONE_S = 20.0


@pytest.fixture
async def application(tmp_path: Path) -> AsyncIterator[Application]:
    from tests.support.xtts_checkpoint import made_once

    model = await asyncio.to_thread(made_once)
    data_dir = tmp_path / "providers" / "xtts_v2"
    data_dir.mkdir(parents=True)
    record = {"licence": "CPML-1.0", "accepted_at": "2026-01-01T00:00:00+00:00"}
    (data_dir / "licence.json").write_text(json.dumps(record))
    settings = settings_for(
        tmp_path,
        providers={"xtts_v2": {"model_dir": str(model), "precision": "fp32", "threads": 1}},
        deadlines={"xtts_v2": PATIENCE},
    )
    loaders = {name: load for name, load in discover().items() if name in ("xtts_v2", "piper")}
    application = Application(settings, loaders=loaders)
    await application.start()
    yield application
    await application.stop()
    assert children() == []


def children() -> list[int]:
    """Processes of engines that this one has started."""
    found = []
    for listing in Path("/proc/self/task").glob("*/children"):
        for pid in listing.read_text().split():
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"polyvox.hosting.process" in command:
                found.append(int(pid))
    return found


async def hear(
    application: Application, text: str, signal_: int | None = None
) -> tuple[bytes, SpeechReport]:
    """A reply; the child gets ``signal_`` as soon as the second segment is being made."""
    request = SpeechRequest(text=text, voice_config=CONFIG, language="en", cache=False)
    async with await application.services.speak.speak(request) as speech:
        striking = asyncio.create_task(strike(speech, signal_)) if signal_ else None
        pcm = b"".join([chunk.pcm async for chunk in speech])
        if striking is not None:
            await striking
    return pcm, speech.report


async def strike(speech: Speech, number: int) -> None:
    while not speech.report.segments[1].attempts:  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0)
    [child] = children()
    os.kill(child, number)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["dies", "hangs"])
async def test_the_listener_hears_all_and_the_next_request_gets_a_new_process(
    application: Application, number: signal.Signals
) -> None:
    await hear(application, SENTENCES[0])  # the child is there, and loaded
    [first] = children()

    pcm, report = await hear(application, " ".join(SENTENCES), number)

    assert report.outcome is Outcome.OK
    assert [[a.provider for a in s.attempts] for s in report.segments] == [
        ["xtts_v2"],
        ["xtts_v2", "piper"],
        ["piper"],
        ["piper"],
    ]
    broken, taken_over = report.segments[1].attempts
    assert broken.outcome in (Outcome.FAILED, Outcome.INTERRUPTED)
    assert broken.error in ("crashed", "interrupted")
    assert taken_over.outcome is Outcome.OK
    spoken_ms = sum(s.attempts[-1].audio_ms for s in report.segments[1:])
    tail = pcm[-int(spoken_ms * report.sample_rate / 1000) * 2 :]
    assert likeness(tail, report.sample_rate, " ".join(SENTENCES[1:])) > 0.8

    await until_gone(first)
    _, report = await hear(application, SENTENCES[0])
    assert [a.provider for a in report.segments[0].attempts] == ["xtts_v2"]
    assert children() != [first]


async def until_gone(pid: int) -> None:
    async with asyncio.timeout(GONE_S):
        while pid in children():  # noqa: ASYNC110 - another process has no event for it
            await asyncio.sleep(0.01)
