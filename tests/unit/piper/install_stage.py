"""A small copy of the published catalogue, and what an install of its one voice leaves."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any

from aiohttp import web

from polyvox.provider.installing import InstallProgress
from polyvox.providers.piper.install import install_voice
from polyvox.providers.piper.voices import InstalledVoice

from .stage import JOE_CONFIG

RYAN = "en_US-ryan-medium"
FOLDER = "en/en_US/ryan/medium"
MODEL = bytes(range(256)) * 2_000
CARD = b"* License: CC0\n"


class Site:
    """The catalogue on the loopback, and the faults it can have."""

    def __init__(self) -> None:
        self.files = {
            f"{FOLDER}/{RYAN}.onnx": MODEL,
            f"{FOLDER}/{RYAN}.onnx.json": JOE_CONFIG.read_bytes(),
            f"{FOLDER}/MODEL_CARD": CARD,
        }
        self.url = ""
        self.cut_after: list[int] = []
        self.received = 0
        self.ranges = True
        self.status = 200
        self.stalled = asyncio.Event()
        self.stall = False
        self.asked: list[tuple[str, str | None]] = []
        self.entry_changes: dict[str, Any] = {}
        self.key = RYAN

    @property
    def catalogue(self) -> bytes:
        files = {
            path: {"size_bytes": len(body), "md5_digest": hashlib.md5(body).hexdigest()}  # noqa: S324
            for path, body in self.files.items()
        }
        entry = {"key": self.key, "files": files, "aliases": ["en-us-ryan-medium"]}
        return json.dumps({self.key: {**entry, **self.entry_changes}}).encode()

    def models_asked(self) -> list[str | None]:
        """The Range of every request for the model."""
        return [wanted for path, wanted in self.asked if path.endswith(".onnx")]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path, wanted = request.match_info["path"], request.headers.get("Range")
        self.asked.append((path, wanted))
        if path == "voices.json":
            return web.Response(body=self.catalogue)
        if self.status != 200 or path not in self.files:
            return web.Response(status=self.status if self.status != 200 else 404)
        body = self.files[path]
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        if not self.ranges:
            start = 0
        elif start >= len(body):
            return web.Response(status=416)
        response = web.StreamResponse(status=206 if start else 200)
        if start:
            response.headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        response.content_length = len(body) - start
        await response.prepare(request)
        return await self._send(request, response, body[start:], path)

    async def _send(
        self, request: web.Request, response: web.StreamResponse, body: bytes, path: str
    ) -> web.StreamResponse:
        if path.endswith(".onnx") and (self.cut_after or self.stall):
            await response.write(body[: self.cut_after[0] if self.cut_after else 1])
            if self.stall:
                await self.stalled.wait()
            elif self.cut_after[0]:
                await self._until_received()
            self.cut_after = self.cut_after[1:]
            if request.transport is not None:
                request.transport.close()
            return response
        await response.write(body)
        await response.write_eof()
        return response

    async def _until_received(self) -> None:
        """A cut loses what is under way; the tests are about what has arrived."""
        before = self.received
        while self.received == before:  # noqa: ASYNC110 - what arrives is told by a callback
            await asyncio.sleep(0.001)

    def progress(self, step: InstallProgress) -> None:
        self.received += bool(step.done_bytes)


async def install(
    site: Site, target: Path, voice: str = RYAN, *, stall_s: float = 5.0
) -> InstalledVoice:
    return await install_voice(
        voice,
        target_dir=target,
        catalogue_url=site.url,
        progress=site.progress,
        stall_s=stall_s,
    )


def everything(target: Path) -> list[Path]:
    return list(target.iterdir())


def part(target: Path) -> Path:
    return target / f".{RYAN}.partial" / f"{RYAN}.onnx.part"
