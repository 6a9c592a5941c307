"""A catalogue of voices whose files never come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

VOICES = ("en_US-one-low", "de_DE-two-low")


class Site:
    """A catalogue whose files never come."""

    sent_bytes = 400

    def __init__(self) -> None:
        self.url = ""
        self.asked = asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        files = {
            f"{voice}{end}": {"size_bytes": 1000, "md5_digest": "0" * 32}
            for voice in VOICES
            for end in (".onnx", ".onnx.json")
        }
        if request.path.endswith("voices.json"):
            listed = {
                v: {"files": {n: f for n, f in files.items() if n.startswith(v)}} for v in VOICES
            }
            return web.Response(body=json.dumps(listed))
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"x" * self.sent_bytes)
        self.asked.set()
        await asyncio.Event().wait()
        raise AssertionError("never")


@asynccontextmanager
async def site() -> AsyncIterator[Site]:
    """On loopback."""
    site, app = Site(), web.Application()
    app.router.add_get("/{path:.*}", site.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}/voices.json"
    try:
        yield site
    finally:
        await runner.cleanup()
