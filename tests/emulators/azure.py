"""Azure Speech on loopback: its list of voices, its REST synthesis and the SDK's websocket.

https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech
"""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.emulators.azure_voices import LISTED
from tests.emulators.azure_websocket import Turns
from tests.emulators.faults import Behaviour, Fault
from tests.emulators.http_audio import send_audio, watched
from tests.emulators.running import serving
from tests.emulators.speech import spoken

KEY = "0123456789abcdef-azure"
FORMAT, RATE = "raw-24khz-16bit-mono-pcm", 24_000
REQUEST_ID = "4f2b9c0d"
_IDS = {"X-RequestId": REQUEST_ID}
_SSML, _XML = "{http://www.w3.org/2001/10/synthesis}", "{http://www.w3.org/XML/1998/namespace}"
_QUOTA = "Out of call volume quota. Quota will be replenished in 12.02:13:41."


class BadSsml(ValueError):
    """The service would answer 400; the message is that of the websocket."""


@dataclass
class AzureEmulator:
    """``voices`` is what the list answers, ``headers`` those of the last request for speech."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    voices: Any = LISTED
    headers: dict[str, str] = field(default_factory=dict)
    listed: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def app(self) -> web.Application:
        app = web.Application(client_max_size=2**24)
        app.router.add_get("/cognitiveservices/voices/list", self._voices)
        app.router.add_post("/cognitiveservices/v1", self._speech)
        app.router.add_get("/cognitiveservices/websocket/v1", self._websocket)
        return app

    async def _voices(self, request: web.Request) -> web.StreamResponse:
        self.listed += 1
        return _empty(401) if _wrong_key(request) else web.json_response(self.voices)

    async def _speech(self, request: web.Request) -> web.StreamResponse:
        with watched(self.behaviour):
            self.headers = {name.lower(): value for name, value in request.headers.items()}
            if _wrong_key(request):
                return _empty(401)
            self.behaviour.synthesized.append(await request.text())
            return await self._answer(request, self.behaviour.next_fault())

    async def _answer(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if request.content_type != "application/ssml+xml":
            return _empty(415)
        if refusal := self._refusal(fault):
            return refusal
        asked = request.headers.get("X-Microsoft-OutputFormat")
        if asked != FORMAT or not request.headers.get("User-Agent"):
            return _empty(400)
        try:
            pcm = await self.speech(self.behaviour.synthesized[-1])
        except BadSsml:
            return _empty(400)
        return await send_audio(request, self.behaviour, fault, pcm, "audio/basic")

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        if _wrong_key(request):
            return _empty(401)
        socket = web.WebSocketResponse(protocols=("USP",))
        await socket.prepare(request)
        await Turns(socket, {FORMAT: self.speech}).serve()
        return socket

    async def speech(self, ssml: str) -> bytes:
        """What is said, as s16le of RATE. Raises BadSsml."""
        text, speed = self._read(ssml)
        return await asyncio.to_thread(spoken, text, RATE, speed=speed)

    def _read(self, ssml: str) -> tuple[str, float]:
        """The text, and how many times as fast as usual it is spoken."""
        try:
            speak = ET.fromstring(ssml)  # noqa: S314 - what our own client sent
        except ET.ParseError as error:
            raise BadSsml("SSML parsing error") from error
        voice = speak.find(f"{_SSML}voice")
        if speak.tag != f"{_SSML}speak" or not speak.get(f"{_XML}lang") or voice is None:
            raise BadSsml("SSML without speak, xml:lang or voice")
        if voice.get("name") not in {known["ShortName"] for known in self.voices}:
            raise BadSsml(f"Unsupported voice {voice.get('name')}.")
        rates = [_rate(tag.get("rate", "1")) for tag in voice.iter(f"{_SSML}prosody")]
        return "".join(voice.itertext()), rates[0] if rates else 1.0

    def _refusal(self, fault: Fault) -> web.Response | None:
        match fault:
            case Fault.THROTTLED:
                seconds = self.behaviour.retry_after
                return _empty(429, {} if seconds is None else {"Retry-After": f"{seconds:g}"})
            case Fault.QUOTA:
                error = {"code": "403", "message": _QUOTA}
                return web.json_response({"error": error}, status=403, headers=_IDS)
            case Fault.SERVER_ERROR:
                return _empty(503)
            case Fault.REFUSED:
                return _empty(400)
        return None


def _empty(status: int, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(status=status, headers={**_IDS, **(headers or {})})


def _wrong_key(request: web.Request) -> bool:
    return request.headers.get("Ocp-Apim-Subscription-Key") != KEY


def _rate(said: str) -> float:
    """A factor, or a percentage of change, within what the service can do."""
    factor = 1 + float(said[:-1]) / 100 if said.endswith("%") else float(said)
    return min(max(factor, 0.5), 2.0)


@contextmanager
def running_azure(**fields: Any) -> Iterator[AzureEmulator]:
    """The emulator on a loopback port. ``fields`` are its own."""
    emulator = AzureEmulator(**fields)
    with serving(emulator.app()) as emulator.port:
        yield emulator
