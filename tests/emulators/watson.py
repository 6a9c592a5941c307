"""IBM Watson Text to Speech and IAM, which gives out its tokens, as documented.

https://cloud.ibm.com/apidocs/text-to-speech, https://cloud.ibm.com/apidocs/iam-identity-token-api
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from xml.parsers import expat

from aiohttp import web

from tests.emulators.faults import Behaviour, Fault
from tests.emulators.http_audio import send_audio, watched
from tests.emulators.running import serving
from tests.emulators.speech import spoken

KEY = "emulated-ibm-key-1234567890"
INSTANCE = "/instances/0a1b2c3d"
GRANT_TYPE = "urn:ibm:params:oauth:grant-type:apikey"
MAX_TEXT_BYTES = 5 * 1024
MAX_RATE_HZ = 192_000
DEFAULT_RATE_HZ = 22_050
TRANSACTION = "transaction-1"
NAMES = {
    "de-DE": "BirgitV3Voice DieterV3Voice ErikaV3Voice",
    "en-AU": "HeidiExpressive HeidiNatural JackExpressive JackNatural",
    "en-CA": "HannahNatural",
    "en-GB": "CharlotteV3Voice ChloeNatural GeorgeExpressive GeorgeNatural JamesV3Voice KateV3Voice",
    "en-US": "AllisonExpressive AllisonV3Voice EllieNatural EmilyV3Voice EmmaExpressive EmmaNatural "
    "EthanNatural HenryV3Voice JacksonNatural KevinV3Voice LisaExpressive LisaV3Voice "
    "MichaelExpressive MichaelV3Voice OliviaV3Voice VictoriaNatural",
    "es-ES": "EnriqueV3Voice LauraV3Voice",
    "es-LA": "AlejandroNatural DanielaExpressive DanielaNatural SofiaV3Voice",
    "es-US": "SofiaV3Voice",
    "fr-CA": "LouiseV3Voice",
    "fr-FR": "NicolasV3Voice ReneeV3Voice",
    "it-IT": "FrancescaV3Voice",
    "ja-JP": "EmiV3Voice",
    "ko-KR": "JinV3Voice",
    "nl-NL": "MerelV3Voice",
    "pt-BR": "CamilaNatural IsabelaV3Voice LucasExpressive LucasNatural",
}
VOICES = tuple(f"{tag}_{name}" for tag, names in NAMES.items() for name in names.split())
MEN = re.compile("Alejandro|Dieter|Enrique|Ethan|George|Henry|Jack|James|Kevin|Lucas|Mich|Nico")


@dataclass
class Watson:
    """``tokens`` are those that are let in, with the time (s since 1970) they run out.

    ``content_type`` is said of audio instead of the truth, ``ignored`` are parameters that no voice
    takes; ``barred`` lets nobody in.
    """

    behaviour: Behaviour = field(default_factory=Behaviour)
    voices: list[str] = field(default_factory=lambda: list(VOICES))
    token_life_s: int = 3600
    iam_fault: Fault = Fault.NONE
    content_type: str | None = None
    ignored: tuple[str, ...] = ()
    barred: bool = False
    exchanges: int = 0
    exchanging: int = 0
    listed: int = 0
    tokens: dict[str, float] = field(default_factory=dict)
    queries: list[dict[str, str]] = field(default_factory=list)
    """The parameters of each request for speech."""
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{INSTANCE}"

    @property
    def iam_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def texts(self) -> list[str]:
        return [json.loads(body)["text"] for body in self.behaviour.synthesized]

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/identity/token", self._token)
        app.router.add_get(f"{INSTANCE}/v1/voices", self._list)
        app.router.add_post(f"{INSTANCE}/v1/synthesize", self._synthesize)
        app.on_response_prepare.append(self._sign)
        return app

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        self.exchanging += 1
        try:
            if self.iam_fault is Fault.HANG:
                await asyncio.Event().wait()
        finally:
            self.exchanging -= 1
        if self.iam_fault is Fault.SERVER_ERROR:
            return _iam_error(500, "BXNIM0109E", "Property missing or empty")
        if form.get("grant_type") != GRANT_TYPE:
            return _iam_error(400, "BXNIM0137E", "Bad request")
        if form.get("apikey") != KEY:
            return _iam_error(400, "BXNIM0415E", "Provided API key could not be found.")
        self.exchanges += 1
        issued = int(time.time())
        token = _jwt({"n": self.exchanges, "iat": issued, "exp": issued + self.token_life_s})
        self.tokens[token] = issued + self.token_life_s
        return web.json_response(
            {
                "access_token": token,
                "refresh_token": "not_supported",
                "token_type": "Bearer",
                "expires_in": self.token_life_s,
                "expiration": issued + self.token_life_s,
                "scope": "ibm openid",
            }
        )

    async def _sign(self, request: web.Request, response: web.StreamResponse) -> None:
        """Every reply names its transaction, and what it left aside."""
        response.headers["X-Global-Transaction-Id"] = TRANSACTION
        unknown = ", ".join(name for name in request.query if name in self.ignored)
        if unknown:
            response.headers["Warnings"] = f"Unknown arguments: {unknown}."

    def _stranger(self, request: web.Request) -> web.Response | None:
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        if self.barred:
            return _error(401, f"Unauthorized: {shown}", "Unauthorized")
        if scheme == "Basic" and base64.b64decode(shown).decode() == f"apikey:{KEY}":
            return None
        if scheme == "Bearer" and self.tokens.get(shown, 0) > time.time():
            return None
        return _error(401, f"Unauthorized: {shown}", "Unauthorized")

    async def _list(self, request: web.Request) -> web.StreamResponse:
        self.listed += 1
        if refusal := self._stranger(request):
            return refusal
        return web.json_response({"voices": [_about(self.url, name) for name in self.voices]})

    async def _synthesize(self, request: web.Request) -> web.StreamResponse:
        with watched(self.behaviour):
            if refusal := self._stranger(request):
                return refusal
            body = await request.text()
            self.behaviour.synthesized.append(body)
            self.queries.append(dict(request.query))
            return await self._answer(request, json.loads(body)["text"])

    async def _answer(self, request: web.Request, text: str) -> web.StreamResponse:
        fault = self.behaviour.next_fault()
        voice = request.query.get("voice", "en-US_MichaelV3Voice")
        if refusal := _failed(fault, self.behaviour, text):
            return refusal
        if voice not in self.voices:
            return _error(404, f"Model '{voice}' not found", "Not Found")
        if len(text.encode()) > MAX_TEXT_BYTES:
            return _error(400, "The text is longer than the limit of 5 KB", "Bad Request")
        said = _parsed(text)
        if not said:
            return _error(400, f"Invalid SSML: {text}", "Bad Request")
        accepted = _accepted(request.headers.get("Accept", ""))
        if accepted is None:
            return _error(406, "Unsupported audio format", "Not Acceptable")
        content_type, rate = accepted
        speed = 1 + int(request.query.get("rate_percentage", "0")) / 100
        pcm = await asyncio.to_thread(spoken, said, rate, speed=speed)
        if content_type.startswith("audio/wav"):
            pcm = _endless_wav(rate) + pcm
        return await send_audio(
            request, self.behaviour, fault, pcm, self.content_type or content_type
        )


def _failed(fault: Fault, behaviour: Behaviour, text: str) -> web.Response | None:
    match fault:
        case Fault.THROTTLED:
            seconds = behaviour.retry_after
            back = {} if seconds is None else {"Retry-After": f"{seconds:g}"}
            return _error(429, "Too many requests", "Too Many Requests", back)
        case Fault.QUOTA:
            return _error(403, "You are over the limit of the Lite plan", "Forbidden")
        case Fault.SERVER_ERROR:
            return _error(503, "Service unavailable", "Service Unavailable")
        case Fault.REFUSED:  # such services quote what they were sent
            return _error(400, f"Cannot synthesize: {text}", "Bad Request")
    return None


def _parsed(text: str) -> str:
    """What is spoken of ``text``, which is SSML without its root or with it; "" for bad SSML."""
    parser = expat.ParserCreate()
    said: list[str] = []
    parser.CharacterDataHandler = said.append
    try:
        parser.Parse(text if text.startswith("<speak") else f"<speak>{text}</speak>", True)
    except expat.ExpatError:
        return ""
    return "".join(said).strip()


def _accepted(accept: str) -> tuple[str, int] | None:
    """Content type and sample rate (Hz) of the reply; None for what is not emulated."""
    asked = Message()
    asked["Content-Type"] = accept
    rate = str(asked.get_param("rate", ""))
    kind = asked.get_content_type()
    if kind == "audio/wav" and not rate:
        rate = str(DEFAULT_RATE_HZ)
    if kind not in ("audio/l16", "audio/wav") or not rate.isdigit():
        return None
    if asked.get_param("endianness", "little-endian") != "little-endian":
        return None
    return (f"{kind};rate={rate}", int(rate)) if 8_000 <= int(rate) <= MAX_RATE_HZ else None


def _endless_wav(rate: int) -> bytes:
    """The header of a stream whose length nobody knows: ``numSamples`` is 0, as documented."""
    numbers = (16, 4), (1, 2), (1, 2), (rate, 4), (2 * rate, 4), (2, 2), (16, 2)
    about = b"".join(number.to_bytes(size, "little") for number, size in numbers)
    return b"RIFF" + b"\xff" * 4 + b"WAVEfmt " + about + b"data" + bytes(4)


def _about(url: str, name: str) -> dict[str, Any]:
    language, _, own = name.partition("_")
    return {
        "name": name,
        "language": language,
        "gender": "male" if MEN.match(own) else "female",
        "url": f"{url}/v1/voices/{name}",
        "customizable": True,
        "supported_features": {"voice_transformation": False, "custom_pronunciation": True},
        "description": f"{own}: a voice of {language}.",
    }


def _jwt(claims: dict[str, int]) -> str:
    parts = (json.dumps({"alg": "RS256", "typ": "JWT"}), json.dumps(claims), "no signature")
    return ".".join(base64.urlsafe_b64encode(p.encode()).decode().rstrip("=") for p in parts)


def _error(
    status: int, message: str, description: str, headers: dict[str, str] | None = None
) -> web.Response:
    body = {"code": status, "error": message, "code_description": description}
    return web.json_response(body, status=status, headers=headers)


def _iam_error(status: int, code: str, message: str) -> web.Response:
    body = {"errorCode": code, "errorMessage": message, "context": {"requestId": TRANSACTION}}
    return web.json_response(body, status=status, headers={"Transaction-Id": TRANSACTION})


@contextmanager
def running_watson(**fields: Any) -> Iterator[Watson]:
    """The emulator on a loopback port. ``fields`` are its own."""
    emulator = Watson(**fields)
    with serving(emulator.app()) as emulator.port:
        yield emulator
