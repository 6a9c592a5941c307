"""A hub of model files on the loopback, and the faults it can have."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from polyvox.provider.installing import InstallProgress
from polyvox.provider.model_store import PublishedFile

ENOUGH_S = 10.0
LARGE = "model.pth"


class Hub:
    """Serves ``files`` below ``url``; as the real one does, it sends one on to where they lie.

    ``stated``: headers by file that it sends before it sends on.
    ``cuts``: after so many bytes each of the next replies with the large file breaks off, once they
    have arrived (be it known by ``progress``). ``gate``: replies wait until it is set.
    """

    def __init__(self, folder: Path) -> None:
        self.files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        self.published = tuple(
            PublishedFile(name, len(body), hashlib.sha256(body).hexdigest())
            for name, body in self.files.items()
        )
        self.url = ""
        self.cuts: list[int] = []
        self.status = 200
        self.ranges = True
        self.stated: dict[str, dict[str, str]] = {}
        self.gate = threading.Event()
        self.gate.set()
        self.asked: list[tuple[str, str | None]] = []
        self._arrived = threading.Event()

    def state_digests(self) -> None:
        """Say of each file what a hub says: SHA-256 of the large one, git's own of the others."""
        for name, body in self.files.items():
            git = hashlib.sha1(b"blob %d\0" % len(body) + body, usedforsecurity=False)
            digest = hashlib.sha256(body) if name.endswith(".pth") else git
            tag = f'"{digest.hexdigest()}"'
            self.stated[name] = {"X-Linked-Etag": tag, "X-Linked-Size": str(len(body))}

    def asked_for(self, name: str) -> list[str | None]:
        """The Range of every request for the file."""
        return [wanted for path, wanted in self.asked if path == name]

    def progress(self, step: InstallProgress) -> None:
        if step.done_bytes:
            self._arrived.set()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        _, place, name = request.path.rsplit("/", 2)
        if place == "main":
            request.send_response(302)
            request.send_header("Location", f"../cdn/{name}")
            for header, value in self.stated.get(name, {}).items():
                request.send_header(header, value)
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        wanted = request.headers.get("Range")
        self.asked.append((name, wanted))
        self.gate.wait(ENOUGH_S)
        body = self.files.get(name)
        if request.command == "HEAD":  # of the network that delivers: it states nothing
            request.send_response(200)
            request.end_headers()
            return
        if body is None or self.status != 200:
            request.send_error(self.status if self.status != 200 else 404)
            return
        self._send(request, body, wanted if self.ranges else None, cuts=name == LARGE)

    def _send(
        self, request: BaseHTTPRequestHandler, body: bytes, wanted: str | None, *, cuts: bool
    ) -> None:
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        if start >= len(body):
            request.send_error(416)
            return
        request.send_response(206 if start else 200)
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        request.send_header("Content-Length", str(len(body) - start))
        request.end_headers()
        cut = self.cuts.pop(0) if cuts and self.cuts else None
        self._arrived.clear()
        request.wfile.write(body[start:][:cut])
        if cut is not None:
            request.wfile.flush()
            if cut:
                self._arrived.wait(ENOUGH_S)
            request.close_connection = True


@contextmanager
def running(folder: Path) -> Iterator[Hub]:
    """A hub of the files in ``folder``."""
    hub = Hub(folder)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            hub.answer(self)

        do_HEAD = do_GET  # noqa: N815 - http.server's name for it

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        hub.url = f"http://127.0.0.1:{server.server_port}/coqui/main"
        try:
            yield hub
        finally:
            hub.gate.set()
            server.shutdown()
            thread.join()
