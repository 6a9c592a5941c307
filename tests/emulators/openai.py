"""A server with OpenAI's speech API, as documented, and with the list of voices others add to it.

https://platform.openai.com/docs/api-reference/audio/createSpeech
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.emulators.faults import Behaviour, Fault
from tests.emulators.http_audio import send_audio, watched
from tests.emulators.running import serving
from tests.emulators.speech import spoken

KEY = "sk-emulated-1234567890"
MODEL = "tts-1"
RATE = 24_000
"""Hz of `pcm`."""
MAX_INPUT = MAX_INSTRUCTIONS = 4096
TOLD = 1.2
"""Whoever is told how to speak is so much bigger, so that it can be heard."""
VOICES: tuple[Any, ...] = ("af_heart", {"id": "am_adam", "name": "Adam"})


@dataclass
class OpenAIEmulator:
    """``listing`` is what ``GET /audio/voices`` answers, None for servers without it."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    listing: Any = field(default_factory=lambda: {"voices": list(VOICES)})
    headers: list[dict[str, str]] = field(default_factory=list)
    """Of each request for speech."""
    listed: int = 0
    stature: float = 1.0
    """Of whoever speaks, beside Piper's Joe."""
    port: int = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.behaviour.synthesized]

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/v1/audio/speech", self._speech)
        app.router.add_get("/v1/audio/voices", self._voices)
        return app

    async def _voices(self, request: web.Request) -> web.StreamResponse:
        self.listed += 1
        if refusal := _unknown_key(request):
            return refusal
        if self.listing is None:
            return _error(404, "Invalid URL (GET /v1/audio/voices)", "invalid_request_error")
        return web.json_response(self.listing)

    async def _speech(self, request: web.Request) -> web.StreamResponse:
        with watched(self.behaviour):
            self.headers.append({name.lower(): value for name, value in request.headers.items()})
            if refusal := _unknown_key(request):
                return refusal
            body = await request.text()
            self.behaviour.synthesized.append(body)
            return await self._answer(request, json.loads(body))

    async def _answer(self, request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
        fault = self.behaviour.next_fault()
        if refusal := self._refusal(fault, asked):
            return refusal
        speed = float(asked.get("speed", 1.0))
        stature = self.stature * (TOLD if asked.get("instructions") else 1.0)
        pcm = await asyncio.to_thread(spoken, asked["input"], RATE, speed=speed, stature=stature)
        return await send_audio(request, self.behaviour, fault, pcm, "audio/pcm")

    def _refusal(self, fault: Fault, asked: dict[str, Any]) -> web.Response | None:
        match fault:
            case Fault.THROTTLED:
                seconds = self.behaviour.retry_after
                back = {} if seconds is None else {"Retry-After": f"{seconds:g}"}
                return _error(
                    429, "Rate limit reached", "requests", code="rate_limit_exceeded", headers=back
                )
            case Fault.QUOTA:
                said = "You exceeded your current quota, please check your plan."
                return _error(429, said, "insufficient_quota", code="insufficient_quota")
            case Fault.SERVER_ERROR:
                return _error(500, "The server had an error", "server_error")
            case Fault.REFUSED:  # such services quote what they were sent
                return _error(400, f"Not allowed: {asked['input']}", "invalid_request_error")
        if asked["model"] != MODEL:
            return _error(404, "No such model", "invalid_request_error", code="model_not_found")
        if len(asked["input"]) > MAX_INPUT or asked.get("response_format") != "pcm":
            return _error(400, "Only pcm is emulated, of 4096 characters", "invalid_request_error")
        if len(asked.get("instructions", "")) > MAX_INSTRUCTIONS:
            return _error(400, "The instructions are too long", "invalid_request_error")
        return None


def _unknown_key(request: web.Request) -> web.Response | None:
    said = request.headers.get("Authorization", "")
    if said == f"Bearer {KEY}":
        return None
    # It quotes the key, as OpenAI does in part.
    message = f"Incorrect API key provided: {said.removeprefix('Bearer ')}."
    return _error(401, message, "invalid_request_error", code="invalid_api_key")


def _error(
    status: int,
    message: str,
    kind: str,
    *,
    code: str | None = None,
    headers: dict[str, str] | None = None,
) -> web.Response:
    error = {"message": message, "type": kind, "param": None, "code": code}
    return web.json_response(
        {"error": error}, status=status, headers={"x-request-id": "req_1", **(headers or {})}
    )


@contextmanager
def running_openai(**fields: Any) -> Iterator[OpenAIEmulator]:
    """The emulator on a loopback port. ``fields`` are its own."""
    emulator = OpenAIEmulator(**fields)
    with serving(emulator.app()) as emulator.port:
        yield emulator
