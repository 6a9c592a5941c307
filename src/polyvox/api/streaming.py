"""The reply to a speech request: no header before the first bytes, no truncated success."""

from __future__ import annotations

import asyncio
import base64
import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, Protocol

import structlog
from fastapi import Response
from prometheus_client import Gauge
from starlette.types import Receive, Scope, Send

from polyvox.api.encoding import EncodingThreads, encoded
from polyvox.api.errors import InternalError, ReplyTimedOut, describe
from polyvox.api.middleware import TRANSPORT
from polyvox.domain.audio import MEDIA_TYPES, AudioFormat
from polyvox.domain.speech import SpeechReport
from polyvox.errors import PolyvoxError
from polyvox.services.speech import Speech

log = structlog.get_logger(__name__)


class Framing(Protocol):
    """How encoded bytes travel in the body."""

    media_type: str

    def frame(self, data: bytes) -> bytes: ...

    def end(self, report: SpeechReport) -> bytes: ...

    def broken(self, error: PolyvoxError) -> bytes: ...


class Plain:
    """The container's own bytes."""

    def __init__(self, format: AudioFormat) -> None:
        self.media_type = MEDIA_TYPES[format]

    def frame(self, data: bytes) -> bytes:
        return data

    def end(self, report: SpeechReport) -> bytes:
        return b""

    def broken(self, error: PolyvoxError) -> bytes:
        return b""


class Events:
    """OpenAI's server-sent events. Nothing here has tokens: ``input_tokens`` counts characters of
    the text, ``output_tokens`` milliseconds of audio."""

    media_type: str = "text/event-stream"

    def frame(self, data: bytes) -> bytes:
        return _event("speech.audio.delta", audio=base64.b64encode(data).decode())

    def end(self, report: SpeechReport) -> bytes:
        spent = {"input_tokens": report.characters, "output_tokens": round(report.audio_ms)}
        return _event("speech.audio.done", usage={**spent, "total_tokens": sum(spent.values())})

    def broken(self, error: PolyvoxError) -> bytes:
        return _event("error", error=describe(error))


def _event(kind: str, **fields: Any) -> bytes:
    return b"data: " + json.dumps({"type": kind, **fields}).encode() + b"\n\n"


class Streamed(Response, ABC):
    """A body that is sent while it is made.

    The status leaves with the first bytes, so every earlier failure is raised and gets a status of
    its own. A later one leaves the body without its end, which every HTTP client reports as an
    error. It stops as soon as the client is gone, or after ``limit_s``.
    """

    def __init__(self, *, limit_s: float, listeners: Gauge) -> None:
        super().__init__()
        self._limit_s = limit_s
        self._listeners = listeners
        self._begun = False

    @abstractmethod
    async def _send_all(self, send: Send) -> None:
        """The start, and the body to its end."""

    def _broken(self, error: PolyvoxError) -> bytes:
        """Sent in place of the rest."""
        return b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        speaking = asyncio.create_task(self._speak(scope, send), name="reply")
        leaving = asyncio.create_task(_disconnected(receive), name="reply's listener")
        try:
            await asyncio.wait([speaking, leaving], return_when=asyncio.FIRST_COMPLETED)
        finally:
            speaking.cancel()
            leaving.cancel()
            await asyncio.wait([speaking, leaving])
        if not speaking.cancelled():
            speaking.result()

    async def _speak(self, scope: Scope, send: Send) -> None:
        try:
            async with asyncio.timeout(self._limit_s) as limit:
                with self._listeners.track_inprogress():
                    await self._send_all(send)
        except Exception as error:  # told to the client below, or raised for a status of its own
            late = isinstance(error, TimeoutError) and limit.expired()
            told = _timed_out(self._limit_s) if late else error
            if not self._begun:
                raise told from error
            log.warning("reply_broken_off", error=getattr(told, "code", type(told).__qualname__))
            if late:
                _hang_up(scope)
            else:
                public = told if isinstance(told, PolyvoxError) else InternalError()
                await send_body(send, self._broken(public))

    async def _start(
        self, send: Send, report: SpeechReport, media_type: str, status: int = 200, **fields: str
    ) -> None:
        """``fields`` are further headers, with underscores for hyphens."""
        headers = {
            "content-type": media_type,
            "cache-control": "no-store",
            "x-polyvox-speech-id": report.id,
        }
        if (speaker := _first_speaker(report)) is not None:
            headers["x-polyvox-provider"] = speaker
        headers |= {name.replace("_", "-"): value for name, value in fields.items()}
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        self._begun = True
        await send({"type": "http.response.start", "status": status, "headers": raw})


class Reply(Streamed):
    """Speaks while it is sent. The work stops with the listener."""

    def __init__(
        self,
        open_: Callable[[], Awaitable[Speech]],
        format: AudioFormat,
        framing: Framing,
        *,
        threads: EncodingThreads,
        limit_s: float,
        listeners: Gauge,
    ) -> None:
        super().__init__(limit_s=limit_s, listeners=listeners)
        self._open = open_
        self._format = format
        self._framing = framing
        self._threads = threads

    async def _send_all(self, send: Send) -> None:
        async with (
            await self._open() as speech,
            aclosing(encoded(speech, self._format, self._threads)) as body,
        ):
            async for data in body:
                if not self._begun:
                    await self._start(send, speech.report, self._framing.media_type)
                await send_body(send, self._framing.frame(data))
        # Not before the speech is closed: whoever has heard the end may ask for its report.
        await send_body(send, self._framing.end(speech.report), more=False)

    def _broken(self, error: PolyvoxError) -> bytes:
        return self._framing.broken(error)


async def send_body(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _first_speaker(report: SpeechReport) -> str | None:
    """Whose audio the listener hears first; None for silence."""
    attempts = (attempt for segment in report.segments for attempt in segment.attempts)
    return next((attempt.provider for attempt in attempts if attempt.heard_ms), None)


def _timed_out(limit_s: float) -> ReplyTimedOut:
    return ReplyTimedOut(f"The reply took longer than {limit_s:g} s (reply_timeout_s).")


def _hang_up(scope: Scope) -> None:
    """Closing would wait until the listener has read what is in the buffers, which may be never."""
    abort = getattr(scope.get(TRANSPORT), "abort", None)
    if abort is not None:
        abort()
