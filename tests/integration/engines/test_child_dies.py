"""The process that an engine speaks in is killed, or stands still, in the middle of a reply."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from polyvox.bootstrap import Application, Loaders
from polyvox.domain.speech import Outcome, SpeechReport, SpeechRequest
from polyvox.domain.voice_config import ProviderConfig, VoiceConfig
from polyvox.hosting.process.worker import Patience
from polyvox.providers.piper.provider import PiperProvider
from polyvox.providers.styletts2.provider import StyleTTS2Provider
from polyvox.providers.xtts_v2.provider import XttsProvider
from polyvox.services.speech import Speech
from tests.support.server import settings_for
from tests.support.transcribe import likeness

SENTENCES = (
    "The first sentence is short.",
    "The second one is a little longer than that.",
    "Then comes a third sentence to be spoken.",
    "And the fourth is the last of all of them.",
)


class ImpatientXtts(XttsProvider):
    """A tiny model is never silent for as long as a real one may be."""

    patience = Patience(hang_s=8.0)


LOADERS: Loaders = {"xtts_v2": lambda: ImpatientXtts, "styletts2": lambda: StyleTTS2Provider}
PATIENCE = {
    "xtts_v2": {"first_audio_s": 60.0, "stall_s": 6.0},
    "styletts2": {"first_audio_s": 25.0, "stall_s": 6.0},
}
"""An XTTS that hangs is killed before it is given up. A StyleTTS 2 is given up, before the first
audio: all of a segment comes at once. The new child is loaded within it, on a machine that lints beside."""
GONE_S = 20.0


@dataclass(frozen=True)
class Stage:
    """Polyvox with one provider that has a child, and Piper to take over. What the tiny checkpoint
    says is noise, but the same again each time."""

    provider: str
    application: Application
    config: VoiceConfig


def xtts_v2(data_dir: Path) -> tuple[dict[str, Any], ProviderConfig]:
    from tests.support.xtts_checkpoint import made_once

    record = {"licence": "CPML-1.0", "accepted_at": "2026-01-01T00:00:00+00:00"}
    (data_dir / "licence.json").write_text(json.dumps(record))
    options = {"model_dir": str(made_once()), "precision": "fp32", "threads": 1}
    return options, ProviderConfig(settings={"top_k": 1})


def styletts2(_: Path) -> tuple[dict[str, Any], ProviderConfig]:
    from tests.support.styletts2_checkpoint import made_once

    options = {"model_dir": str(made_once(multispeaker=False)), "threads": 1}
    return options, ProviderConfig(settings={"seed": 1})


@pytest.fixture(params=[xtts_v2, styletts2], ids=lambda made: made.__name__)
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    provider = request.param.__name__
    data_dir = tmp_path / "providers" / provider
    data_dir.mkdir(parents=True)
    options, spoken = await asyncio.to_thread(request.param, data_dir)
    settings = settings_for(
        tmp_path,
        providers={provider: options},
        deadlines={provider: PATIENCE[provider]},
    )
    application = Application(
        settings, loaders={provider: LOADERS[provider], "piper": lambda: PiperProvider}
    )
    config = VoiceConfig(
        active_provider=provider, fallback_chain=("piper",), providers={provider: spoken}
    )
    await application.start()
    yield Stage(provider, application, config)
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


async def hear(stage: Stage, text: str, signal_: int | None = None) -> tuple[bytes, SpeechReport]:
    """A reply; the child gets ``signal_`` as soon as the second segment is being made."""
    request = SpeechRequest(text=text, voice_config=stage.config, language="en", cache=False)
    async with await stage.application.services.speak.speak(request) as speech:
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
    stage: Stage, number: signal.Signals
) -> None:
    await stage.application.services.providers.get(stage.provider).warm_up()
    await hear(stage, SENTENCES[0])  # the child is there, and loaded
    [first] = children()

    pcm, report = await hear(stage, " ".join(SENTENCES), number)

    assert report.outcome is Outcome.OK
    assert [[a.provider for a in s.attempts] for s in report.segments] == [
        [stage.provider],
        [stage.provider, "piper"],
        ["piper"],
        ["piper"],
    ]
    broken, taken_over = report.segments[1].attempts
    assert broken.outcome in (Outcome.FAILED, Outcome.INTERRUPTED)
    told = {"crashed", "interrupted", *(["timed_out"] if number == signal.SIGSTOP else [])}
    assert broken.error in told
    assert taken_over.outcome is Outcome.OK
    spoken_ms = sum(s.attempts[-1].audio_ms for s in report.segments[1:])
    tail = pcm[-int(spoken_ms * report.sample_rate / 1000) * 2 :]
    assert likeness(tail, report.sample_rate, " ".join(SENTENCES[1:])) > 0.8

    await until_gone(first)
    _, report = await hear(stage, SENTENCES[0])
    assert [a.provider for a in report.segments[0].attempts] == [stage.provider]
    assert children() != [first]


async def until_gone(pid: int) -> None:
    async with asyncio.timeout(GONE_S):
        while pid in children():  # noqa: ASYNC110 - another process has no event for it
            await asyncio.sleep(0.01)
