"""Who may call, and with how much: Host and Origin on loopback, API key, size of the body."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from starlette.datastructures import Headers
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
        if scope["type"] == "http" and (refusal := self._refusal(Headers(scope=scope))):
            await error_response(refusal)(scope, receive, send)
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


class KeyGuard:
    """Asks for ``Authorization: Bearer pvx_…`` everywhere but at the few open paths."""

    def __init__(self, app: ASGIApp, keys: KeyService, *, anonymous_listing: bool) -> None:
        self.app = app
        self._keys = keys
        self._open = ALWAYS_OPEN | LISTINGS if anonymous_listing else ALWAYS_OPEN

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_open(scope):
            try:
                await self._keys.check(_bearer(Headers(scope=scope).get("authorization", "")))
            except NotAllowed as error:
                await error_response(error)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _is_open(self, scope: Scope) -> bool:
        return scope["method"] in ("GET", "HEAD") and scope["path"] in self._open


class BodyLimit:
    """Reads the body before anybody parses it; whole, within the limit, within BODY_S."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self._max = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(Headers(scope=scope)):
            await self.app(scope, receive, send)
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


def _has_body(headers: Headers) -> bool:
    return "content-length" in headers or "transfer-encoding" in headers


def _replay(body: bytes, receive: Receive) -> Receive:
    """``receive`` for the app: the body in one message, then what really comes."""
    held: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return held.pop() if held else await receive()

    return replay


def _bearer(authorization: str) -> str:
    scheme, _, secret = authorization.partition(" ")
    return secret.strip() if scheme.casefold() == "bearer" else ""


def _name_of(host: str) -> str:
    """The name in a Host header: without port and brackets."""
    try:
        return (urlsplit(f"//{host}").hostname or "").casefold()
    except ValueError:
        return ""
