"""Polyvox with a provider that clones: its audio spells the text, and it keeps what it was given."""

from __future__ import annotations

import io
import itertools
import wave
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import aiohttp
import numpy as np
from polyvox_faulty.written import Written, WrittenSettings

from polyvox.domain.capabilities import Capabilities, SampleNeeds, Voice
from polyvox.provider import AudioStream, Utterance
from tests.integration.api.client import Answer, Client
from tests.support import corpus
from tests.support.server import RunningServer

RATE = 16_000
NEEDS = SampleNeeds(3, 30, 5, 9, sample_rate=RATE)
CHAIN = {"active_provider": "cloner", "fallback_chain": ["fault_a"]}
CONSENT = {"consent_who": "Joe", "consent_statement": "I agree to be cloned."}


class Cloner(Written):
    """``heard`` are the contents of the samples, by each call; ``forgotten`` digests it was told."""

    id = "cloner"

    async def start(self) -> None:
        await super().start()
        self.heard: list[tuple[bytes, ...]] = []
        self.forgotten: list[str] = []

    def capabilities(self) -> Capabilities:
        return replace(super().capabilities(), cloning=NEEDS)

    async def voices(self, language: str | None = None) -> Sequence[Voice]:
        return []

    @asynccontextmanager
    async def speak(self, utterance: Utterance[WrittenSettings]) -> AsyncIterator[AudioStream]:
        self.heard.append(tuple(path.read_bytes() for path in utterance.samples))
        async with super().speak(utterance) as stream:
            yield stream

    async def forget(self, recordings: Sequence[str]) -> None:
        self.forgotten += recordings


@dataclass(frozen=True)
class Studio(Client):
    """A client and the server that it talks to."""

    server: RunningServer

    @property
    def cloner(self) -> Cloner:
        return cast("Cloner", self.server.application.services.providers.get("cloner"))

    @property
    def home(self) -> Path:
        return self.server.application.settings.home

    async def personality(self, name: str, **config: Any) -> str:
        """A new one; where its samples are."""
        body = {"id": name, "name": name, "voice_config": {**CHAIN, **config}}
        assert (await self.post("/v1/personalities", json=body)).status == 201
        return f"/v1/personalities/{name}/samples"

    async def change(self, name: str, **config: Any) -> Answer:
        body = {"voice_config": config}
        return await self.request("PATCH", f"/v1/personalities/{name}", json=body)

    async def upload(self, at: str, content: bytes, **fields: str) -> Answer:
        form = aiohttp.FormData(fields)
        file = io.BytesIO(content)
        form.add_field("file", file, filename="../../evil.sh", content_type="text/x-sh")
        return await self.post(at, data=form)

    async def speak(self, name: str, **fields: Any) -> dict[str, Any]:
        """The report of a reply."""
        body = {"input": "Hello.", "voice": name, "response_format": "pcm", **fields}
        said = await self.post("/v1/audio/speech", json=body)
        assert said.status == 200, said.body
        found = await self.get(f"/v1/speech/{said.headers['x-polyvox-speech-id']}")
        report: dict[str, Any] = found.json
        return report

    def stored(self) -> list[str]:
        """Files of recordings, whole or in parts, wherever this server keeps any."""
        folders = (self.home / "samples", self.home / "cache/samples", self.home / "cache/incoming")
        return [path.name for folder in folders for path in folder.rglob("*") if path.is_file()]


def wav(samples: corpus.Samples, rate: int = corpus.RATE) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writing:
        writing.setparams((1, 2, rate, 0, "NONE", ""))
        writing.writeframes(np.round(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return file.getvalue()


def take(number: int = 0, seconds: float = 4.0) -> bytes:
    """Clean speech; another recording by each number, of the same words."""
    return wav(corpus.speech(seconds) * (1 - 0.01 * number))


def spoke_with(report: dict[str, Any]) -> str:
    provider: str = report["segments"][0]["attempts"][-1]["provider"]
    return provider


def out(report: dict[str, Any], provider: str = "cloner") -> dict[str, Any]:
    """Why it was no candidate."""
    return next(each for each in report["out"] if each["provider"] == provider)


_numbers = itertools.count()


def new_name() -> str:
    """Of a personality that there is not yet."""
    return f"voice_{next(_numbers)}"


def owner(at: str) -> str:
    """Whose samples lie there."""
    return at.split("/")[3]


async def added(
    studio: Studio, at: str, content: bytes | None = None, **fields: str
) -> dict[str, Any]:
    answer = await studio.upload(at, content or take(), **fields)
    assert answer.status == 201, answer.body
    made: dict[str, Any] = answer.json
    return made
