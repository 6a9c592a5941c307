"""Who may call, and with how much: Host and Origin on loopback, API key, size of the body."""

from __future__ import annotations

import asyncio
import re
from typing import Protocol
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from polyvox.api.errors import (
    BodyTooLarge,
    BodyTooSlow,
    ForeignPage,
    WrongHost,
    error_response,
)
from polyvox.config import LOOPBACK_NAMES, Settings
from polyvox.errors import NotAllowed, RequestError
from polyvox.services.keys import KeyService

BODY_S = 30.0
"""How long a request's body may take to arrive."""
UPLOAD_S = 600.0
"""How long a recording may take to arrive."""
FORM_BYTES = 64 << 10
"""What a form may have beside its file."""
UPLOADS = re.compile(r"/v1/personalities/[^/]+/samples")
API_PREFIX = "/v1/"
REQUESTS = ("http", "websocket")
POLICY_VIOLATION = 1008
"""Close code of a websocket (RFC 6455)."""
ALWAYS_OPEN = frozenset(["/healthz"])
LISTINGS = frozenset(["/v1/models", "/v1/audio/models", "/v1/audio/voices"])
"""What Open WebUI reads without its key; open when ``anonymous_listing`` is set."""


class LoopbackGuard:
    """On loopback no key is asked, so a page in the user's browser must not get through.

    The Host header must name this machine (DNS rebinding); a page of another origin must be listed
    in ``cors_origins`` (a form or a simple fetch reaches the server without asking first).
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        names = (*LOOPBACK_NAMES, settings.host, *settings.allowed_hosts)
        self._names = {name.casefold() for name in names}
        self._origins = set(settings.cors_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in REQUESTS and (refusal := self._refusal(Headers(scope=scope))):
            await _refuse(refusal, scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _refusal(self, headers: Headers) -> RequestError | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or _name_of(hosts[0]) not in self._names:
            return WrongHost(
                "The Host header does not name this machine.",
                remedy="Call it by 127.0.0.1 or localhost, or set POLYVOX_ALLOWED_HOSTS.",
            )
        origin = headers.get("origin")
        if origin is None or self._origins & {origin, "*"} or urlsplit(origin).netloc == hosts[0]:
            return None
        return ForeignPage(
            "A page of another origin may not call this API.",
            remedy="Add its origin to POLYVOX_CORS_ORIGINS.",
        )


class Visitors(Protocol):
    """Knows who has logged in to the console."""

    login_path: str

    async def admits(self, cookies: str) -> bool:
        """Of a Cookie header, which no page of another site can have sent."""
        ...


class KeyGuard:
    """Asks for ``Authorization: Bearer pvx_…``, or a visitor's login, everywhere but at the few open
    paths. People who come without are sent to where they can log in."""

    def __init__(
        self,
        app: ASGIApp,
        keys: KeyService,
        *,
        anonymous_listing: bool,
        visitors: Visitors | None = None,
    ) -> None:
        self.app = app
        self._keys = keys
        self._visitors = visitors
        self._open = ALWAYS_OPEN | LISTINGS if anonymous_listing else ALWAYS_OPEN

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in REQUESTS and not self._is_open(scope):
            headers = Headers(scope=scope)
            try:
                await self._check(headers)
            except NotAllowed as error:
                if self._visitors and _is_page(scope, headers):
                    there = RedirectResponse(self._visitors.login_path, status_code=303)
                    await there(scope, receive, send)
                else:
                    await _refuse(error, scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _check(self, headers: Headers) -> None:
        """Raises NotAllowed."""
        if self._visitors and await self._visitors.admits(headers.get("cookie", "")):
            return
        await self._keys.check(_bearer(headers.get("authorization", "")))

    def _is_open(self, scope: Scope) -> bool:
        if self._visitors and scope["path"] == self._visitors.login_path:
            return True
        return scope.get("method") in ("GET", "HEAD") and scope["path"] in self._open


class BodyLimit:
    """Reads the body before anybody parses it; whole, within the limit, within BODY_S. A recording
    passes piece by piece: whoever reads it gets BodyTooLarge or BodyTooSlow."""

    def __init__(self, app: ASGIApp, max_bytes: int, max_recording_bytes: int = 0) -> None:
        self.app = app
        self._max = max_bytes
        self._max_recording = max_recording_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        if self._max_recording and _is_upload(scope):
            await self.app(scope, _counted(receive, self._max_recording), send)
            return
        try:
            async with asyncio.timeout(BODY_S):
                body = await self._read(Headers(scope=scope), receive)
        except TimeoutError:
            error = BodyTooSlow(f"The body did not arrive within {BODY_S:g} s (BODY_S).")
            await error_response(error)(scope, receive, send)
        except BodyTooLarge as too_large:
            await error_response(too_large)(scope, receive, send)
        else:
            if body is not None:
                await self.app(scope, _replay(body, receive), send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes | None:
        """None when the client went away meanwhile. Raises BodyTooLarge."""
        announced = headers.get("content-length", "")
        self._check(int(announced) if announced.isdecimal() else 0)
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            self._check(len(body))
            if not message.get("more_body", False):
                return bytes(body)

    def _check(self, size: int) -> None:
        if size > self._max:
            raise BodyTooLarge(f"The body is larger than {self._max} bytes (body_max_bytes).")


async def _refuse(error: RequestError, scope: Scope, receive: Receive, send: Send) -> None:
    """A websocket that was not accepted yet is turned away without a body."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
    else:
        await error_response(error)(scope, receive, send)


def _is_page(scope: Scope, headers: Headers) -> bool:
    """Whether a person's browser asks for a page, not a program for an answer."""
    asked = scope.get("method") == "GET" and not scope["path"].startswith(API_PREFIX)
    return asked and "text/html" in headers.get("accept", "")


def _has_body(headers: Headers) -> bool:
    return "content-length" in headers or "transfer-encoding" in headers


def _replay(body: bytes, receive: Receive) -> Receive:
    """``receive`` for the app: the body in one message, then what really comes."""
    held: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return held.pop() if held else await receive()

    return replay


def _is_upload(scope: Scope) -> bool:
    kind = Headers(scope=scope).get("content-type", "")
    form = kind.casefold().startswith("multipart/form-data")
    return form and scope["method"] == "POST" and UPLOADS.fullmatch(scope["path"]) is not None


def _counted(receive: Receive, most: int) -> Receive:
    """``receive`` of a form with one file of at most ``most`` bytes."""
    left: int | None = most + FORM_BYTES
    deadline = asyncio.get_running_loop().time() + UPLOAD_S

    async def counted() -> Message:
        nonlocal left
        if left is None:  # it has arrived
            return await receive()
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise BodyTooSlow(f"It did not arrive within {UPLOAD_S:g} s (UPLOAD_S).") from None
        left -= len(message.get("body", b""))
        if left < 0:
            raise BodyTooLarge(f"The recording is larger than {most} bytes (samples.max_bytes).")
        if not message.get("more_body", False):
            left = None
        return message

    return counted


def _bearer(authorization: str) -> str:
    scheme, _, secret = authorization.partition(" ")
    return secret.strip() if scheme.casefold() == "bearer" else ""


def _name_of(host: str) -> str:
    """The name in a Host header: without port and brackets."""
    try:
        return (urlsplit(f"//{host}").hostname or "").casefold()
    except ValueError:
        return ""
