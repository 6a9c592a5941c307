"""A reply with audio in it, and what can go wrong with one, for the emulators that speak HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from tests.emulators.faults import Behaviour, Fault


@contextmanager
def watched(behaviour: Behaviour) -> Iterator[None]:
    """Around a handler: counts it as running, and as cancelled when its client leaves."""
    behaviour.running += 1
    try:
        yield
    except (asyncio.CancelledError, ConnectionResetError):
        behaviour.cancelled += 1
        raise
    finally:
        behaviour.running -= 1


async def send_audio(
    request: web.Request, behaviour: Behaviour, fault: Fault, pcm: bytes, content_type: str
) -> web.StreamResponse:
    """Stream ``pcm`` in pieces, with ``fault`` (of those that come with a success) in it."""
    match fault:
        case Fault.HANG:
            await asyncio.Event().wait()
        case Fault.EMPTY:
            pcm = b""
        case Fault.SILENCE:
            pcm = bytes(len(pcm))
        case Fault.MALFORMED:
            return web.json_response({"message": "not audio"})
    response = web.StreamResponse(headers={"Content-Type": content_type})
    response.enable_chunked_encoding()
    await response.prepare(request)
    for start in range(0, len(pcm), behaviour.piece_bytes):
        if start >= len(pcm) // 2:
            await _break_off(request, fault)
        await response.write(pcm[start : start + behaviour.piece_bytes])
        if fault is Fault.SLOW:
            await asyncio.sleep(behaviour.pause_s)
    await response.write_eof()
    return response


async def _break_off(request: web.Request, fault: Fault) -> None:
    if fault is Fault.STALL:
        await asyncio.Event().wait()
    if fault is Fault.CUT:
        assert request.transport is not None
        request.transport.abort()
        await asyncio.Event().wait()  # until aiohttp notices, and cancels this handler
