"""What every request passes first: an id, safe headers, one log line, and a last resort."""

from __future__ import annotations

import re
import time
import traceback
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from polyvox.api.errors import InternalError, error_response

REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
"""What is taken over from a client; anything else is replaced, since it goes into logs."""
TRANSPORT = "polyvox.transport"
"""Scope key: the server's transport, so that a listener who stopped reading can be hung up on."""

log = structlog.get_logger(__name__)


class RequestContext:
    """Outermost: nothing passes it unnamed, unlogged or as a bare exception.

    The log line has the route's template and no path, query or header: those may hold anything.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope).get("x-request-id"))
        # ASGI has no message for hanging up; uvicorn's ``receive`` belongs to who can.
        scope[TRANSPORT] = getattr(getattr(receive, "__self__", None), "transport", None)
        status: int | None = None

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                headers["x-content-type-options"] = "nosniff"
            await send(message)

        begun = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, named)
            except Exception as error:  # noqa: BLE001 - the last resort: a 500 without internals
                log.error("unexpected", error=type(error).__qualname__, at=_frames(error))
                if status is None:
                    await error_response(InternalError())(scope, receive, named)
            finally:
                ms = round(1000 * (time.perf_counter() - begun), 1)
                route = getattr(scope.get("route"), "path", None)
                log.info("http", method=scope["method"], route=route, status=status, ms=ms)


def _request_id(given: str | None) -> str:
    if given and REQUEST_ID.fullmatch(given):
        return given
    return f"req_{uuid.uuid4().hex}"


def _frames(error: BaseException, most: int = 12) -> list[str]:
    """Where it happened. Without the message, which may quote what the user wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-most:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
