"""An HTTP client that reads whole answers, and a server whose providers do as they are told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

import aiohttp
from multidict import CIMultiDictProxy
from polyvox_faulty.faults import Fault
from polyvox_faulty.written import Written

from tests.integration.api.gated import Gated
from tests.support.server import RunningServer


@dataclass(frozen=True)
class Answer:
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        error: dict[str, Any] = self.json["error"]
        return error


@dataclass(frozen=True)
class Client:
    session: aiohttp.ClientSession

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.request("GET", path, **options)

    async def post(self, path: str, **options: Any) -> Answer:
        return await self.request("POST", path, **options)

    async def request(self, method: str, path: str, **options: Any) -> Answer:
        async with self.session.request(method, path, **options) as answer:
            return Answer(answer.status, answer.headers, await answer.read())


@dataclass(frozen=True)
class Stage(Client):
    """The personality ``ada`` speaks with fault_a, then fault_b; the model ``gated`` never ends."""

    server: RunningServer

    @property
    def gate(self) -> Gated:
        return cast("Gated", self._provider("gated"))

    def script(self, **faults: list[Fault]) -> None:
        for name, script in faults.items():
            cast("Written", self._provider(name)).script = script

    def body(self, text: str = "Hello there.", **fields: Any) -> dict[str, Any]:
        return {"input": text, "voice": "ada", "response_format": "pcm", **fields}

    async def speak(self, text: str = "Hello there.", **fields: Any) -> Answer:
        return await self.post("/v1/audio/speech", json=self.body(text, **fields))

    async def report(self, answer: Answer) -> dict[str, Any]:
        found = await self.get(f"/v1/speech/{answer.headers['x-polyvox-speech-id']}")
        assert found.status == 200
        report: dict[str, Any] = found.json
        return report

    def reset(self) -> None:
        """Healthy, rested providers."""
        for found in self.server.application.services.providers.all():
            found.breaker.reset()
        self.script(fault_a=[], fault_b=[])
        self.gate.reset()

    def _provider(self, name: str) -> object:
        return self.server.application.services.providers.get(name)
