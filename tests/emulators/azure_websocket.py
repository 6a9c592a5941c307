"""The protocol of Azure's SDK (USP) over one websocket, as far as a synthesis needs it.

A message is headers, an empty line and a body; a binary one says first, in two bytes (big endian),
how long its headers are. A turn: the client sends ``speech.config``, ``synthesis.context`` (the
format) and ``ssml``; the service answers ``turn.start``, ``response``, audio and ``turn.end``.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import WSMsgType, web

PIECE = 4_801
"""Bytes; odd, as REST's pieces are."""
INVALID = 1007
"""Close code for what REST answers with 400."""
Speech = Callable[[str], Awaitable[bytes]]
"""From SSML to audio; ValueError for SSML that is refused."""


class Turns:
    """The syntheses of one connection, one after the other. ``formats`` maps each name to its maker."""

    def __init__(self, socket: web.WebSocketResponse, formats: Mapping[str, Speech]) -> None:
        self._socket = socket
        self._formats = formats
        self._format = ""

    async def serve(self) -> None:
        async for message in self._socket:
            if message.type is WSMsgType.TEXT:
                await self._take(message.data)

    async def _take(self, message: str) -> None:
        head, _, body = message.partition("\r\n\r\n")
        lines = (line.partition(":") for line in head.splitlines())
        headers = {name.strip().lower(): value.strip() for name, _, value in lines}
        match headers.get("path"):
            case "synthesis.context":
                self._format = json.loads(body)["synthesis"]["audio"]["outputFormat"]
            case "ssml":
                await self._turn(headers["x-requestid"], body)

    async def _turn(self, turn: str, ssml: str) -> None:
        await self._say(turn, "turn.start", {"context": {"serviceTag": turn}})
        try:
            audio = await self._formats[self._format](ssml)
        except KeyError:
            await self._socket.close(code=INVALID, message=b"Unsupported output format")
            return
        except ValueError as error:
            await self._socket.close(code=INVALID, message=str(error).encode())
            return
        stream = {"context": {"serviceTag": turn}, "audio": {"type": "inline", "streamId": turn}}
        await self._say(turn, "response", stream)
        for start in range(0, len(audio), PIECE):
            await self._play(turn, audio[start : start + PIECE])
        await self._play(turn, b"")
        await self._say(turn, "turn.end", {})

    async def _say(self, turn: str, path: str, body: object) -> None:
        head = f"X-RequestId:{turn}\r\nContent-Type:application/json; charset=utf-8\r\nPath:{path}"
        await self._socket.send_str(f"{head}\r\n\r\n{json.dumps(body)}")

    async def _play(self, turn: str, audio: bytes) -> None:
        kind = "Content-Type:audio/basic\r\n" if audio else ""
        head = f"X-RequestId:{turn}\r\n{kind}X-StreamId:{turn}\r\nPath:audio\r\n".encode()
        await self._socket.send_bytes(len(head).to_bytes(2, "big") + head + audio)
