"""A listener on a bare socket: hanging up, and not reading, are nothing but that."""

from __future__ import annotations

import json
import socket
import struct
import time
from types import TracebackType
from typing import Any, Self

ABORT = struct.pack("ii", 1, 0)
"""SO_LINGER: closing throws away what is on its way, and resets the connection."""


class Listener:
    """Asks the model ``gated`` to speak. Blocking: the server has a thread of its own."""

    def __init__(self, port: int, **fields: Any) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        asked = {"input": "Anything.", "model": "gated", "response_format": "pcm", **fields}
        body = json.dumps(asked).encode()
        head = (
            "POST /v1/audio/speech HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.socket.sendall(head.encode() + body)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.socket.close()

    def read(self, count: int) -> bytes:
        got = bytearray()
        while len(got) < count:
            data = self.socket.recv(count - len(got))
            assert data, "the server closed the connection"
            got += data
        return bytes(got)

    def read_rest(self) -> bytes:
        """Until the server hangs up, in whatever manner."""
        got = bytearray()
        try:
            while data := self.socket.recv(65_536):
                got += data
        except ConnectionResetError:
            pass
        return bytes(got)

    def read_head(self) -> str:
        got = bytearray()
        while not got.endswith(b"\r\n\r\n"):
            got += self.read(1)
        return got.decode()

    def hang_up(self) -> float:
        """When, in seconds of time.perf_counter."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
        begun = time.perf_counter()
        self.socket.close()
        return begun
