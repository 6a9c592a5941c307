"""Scenes: replies, as audio, as events and for players; what fails on the way, and its report."""

from __future__ import annotations

from typing import Any, cast

from polyvox_faulty.faults import Fault
from polyvox_faulty.written import Written

from polyvox.domain.audio import AudioFormat
from polyvox.errors import (
    BadOutput,
    ConnectionLost,
    Crashed,
    Misconfigured,
    QuotaExhausted,
    Refused,
    Throttled,
    TimedOut,
    Unavailable,
)
from tests.integration.api.client import Answer
from tests.integration.kept.cast import Clumsy, failing
from tests.integration.kept.recorder import Recorder
from tests.integration.kept.scenes import scene
from tests.support.server import RunningServer

FAILURES = (
    *(Unavailable, ConnectionLost, TimedOut, Crashed, Throttled, Misconfigured),
    *(QuotaExhausted, Refused, BadOutput),
)
TEXT = "Hello there."
EN = {"active_provider": "fault_a", "fallback_chain": ["fault_b"]}
SPEECH = "/v1/audio/speech"


def script(server: RunningServer, provider: str, *errors: Exception) -> None:
    cast("Clumsy", server.application.services.providers.get(provider)).errors = list(errors)


def faults(server: RunningServer, provider: str, *script: Fault) -> None:
    cast("Written", server.application.services.providers.get(provider)).script = list(script)


def rested(server: RunningServer) -> None:
    for found in server.application.services.providers.all():
        found.breaker.reset()


async def speak(record: Recorder, name: str, text: str = TEXT, **fields: Any) -> Answer:
    """A reply and, where there is one, its report."""
    body = {"input": text, "response_format": "pcm", **fields}
    said = await record.post(name, SPEECH, json=body)
    id = said.headers.get("x-polyvox-speech-id")
    if said.status >= 400:
        id = said.error.get("speech_id")
    if id is not None:
        await record.get(f"{name}: report", f"/v1/speech/{id}")
    return said


async def _ada(record: Recorder, **config: Any) -> None:
    body = {"id": "ada", "name": "Ada", "voice_config": {**EN, **config}}
    await record.post("create", "/v1/personalities", json=body)


@scene("speech", default_personality="ada", text_max_characters=100, body_max_bytes=2048)
async def speech(record: Recorder, _: RunningServer) -> None:
    await _ada(record)
    for kind in AudioFormat:
        await record.post(f"as {kind}", SPEECH, json={"input": TEXT, "response_format": kind})
    await speak(record, "from the cache")
    await speak(record, "two segments", "The first one is here. The second one is there.")
    await speak(record, "nobody takes instructions", instructions="Cheerfully.")
    await speak(record, "nothing to say", "…")
    await speak(record, "events", stream_format="sse")
    await _tickets(record)
    await _refused(record)


async def _tickets(record: Recorder) -> None:
    body = {"input": TEXT, "response_format": "wav"}
    ticket = (await record.post("ticket", "/v1/speech/tickets", json=body)).json
    await record.get("ticket: before it is spoken", ticket["report"])
    await record.get("ticket: audio", ticket["audio"])
    await record.get("ticket: report", ticket["report"])
    await record.get("ticket: a part", ticket["audio"], headers={"range": "bytes=0-99"})
    await record.get("ticket: beyond", ticket["audio"], headers={"range": "bytes=9999999-"})
    await record.get("ticket: unknown", "/v1/speech/sp_nobody/audio")
    await record.post("ticket: refused", "/v1/speech/tickets", json={**body, "voice": "nobody"})
    await record.get("report: unknown", "/v1/speech/sp_nobody")


async def _refused(record: Recorder) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "no input": {"input": None},
        "a bad speed": {"speed": 9},
        "a bad format": {"response_format": "midi"},
        "a bad language": {"language": "klingon!"},
        "an unknown voice": {"voice": "nobody"},
        "an unknown voice of a provider": {"model": "fault_a", "voice": "nobody"},
        "an unknown provider": {"provider": "nobody"},
        "a language that nobody speaks": {"language": "fi"},
        "a text that nobody reads": {"input": "Здравствуйте, друзья."},
        "too long a text": {"input": "a" * 101},
    }
    for name, fields in wrong.items():
        await record.post(f"refused: {name}", SPEECH, json={"input": TEXT, **fields})
    long = {"input": "a" * 3000}
    answer = await record.post("refused: too large a body", SPEECH, data=str(long), shown="<3 kB>")
    assert answer.status == 413
    await record.post("refused: no JSON", SPEECH, data=b"{", shown="{")
    await record.get("refused: no such path", "/v1/nothing")
    await record.delete("refused: no such method", "/v1/models")
    await record.get("refused: a foreign host", "/healthz", headers={"host": "evil.example"})
    foreign = {"origin": "https://evil.example"}
    await record.get("refused: a foreign page", "/v1/models", headers=foreign)


@scene(
    "failing",
    default_personality="ada",
    cache_max_mb=0,
    deadlines={"fault_a": {"first_audio_s": 1.0, "stall_s": 1.0}},
)
async def failing_providers(record: Recorder, server: RunningServer) -> None:
    """Each error of a provider, the next one speaking; then nobody left, at each point."""
    await _ada(record)
    for error in FAILURES:
        rested(server)
        script(server, "clumsy", *[failing(error, "It went wrong.")] * 2)
        await speak(record, f"first {error.code}, {error.__name__}", provider="clumsy")
    for fault in (Fault.FOREIGN, Fault.SILENCE, Fault.NOTHING, Fault.HANG):
        rested(server)
        faults(server, "fault_a", fault)
        await speak(record, f"first {fault}")
    rested(server)
    faults(server, "fault_a", Fault.CUT)
    await speak(record, "breaks off, another one goes on", "One two three four five six.")
    rested(server)
    faults(server, "fault_a", Fault.MISCONFIGURED)
    faults(server, "fault_b", Fault.REFUSED, Fault.REFUSED)
    await speak(record, "no voice left")
    faults(server, "fault_b", Fault.REFUSED, Fault.REFUSED)
    await speak(record, "no voice left, one resting")
    await record.get("providers: one resting", "/v1/providers/fault_a")
    rested(server)
    faults(server, "fault_a", Fault.REFUSED, Fault.REFUSED)
    await speak(record, "events: no voice left", stream_format="sse", fallback=False)
    await record.get("failures", "/v1/failures?limit=100")
    await record.get("metrics", "/metrics")


@scene(
    "quota",
    default_personality="ada",
    cache_max_mb=0,
    quotas={"fault_charged": {"limits": {"basic": 30}, "prices": {"best": 16.0}}},
)
async def quota(record: Recorder, _: RunningServer) -> None:
    document = {"active_provider": "fault_charged", "fallback_chain": ["fault_b"]}
    await _ada(record, **document, providers={"fault_charged": {"voice_id": "basic"}})
    chain = "/v1/personalities/ada/chain"
    await speak(record, "within", "Twenty-seven, no more now.")
    await record.get("chain: nearly used up", chain)
    await speak(record, "a segment too many")
    await speak(record, "a segment too many, nobody else", fallback=False)
    await speak(record, "to the last", "Four")
    await record.get("chain: used up", chain)
    await speak(record, "used up")
    await speak(record, "used up, nobody else", fallback=False)
    await record.get("usage", "/v1/usage")
    await record.get("usage of another month", "/v1/usage?month=2026-01")
    await record.get("usage: a bad month", "/v1/usage?month=last")
    await record.get("failures", "/v1/failures")
