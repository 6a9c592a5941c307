"""``polyvox serve``: says how to use it, refuses what is not safe, stops when told."""

from __future__ import annotations

import http.client
import io
import json
import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest

from tests.integration.cli.conftest import ENOUGH_S, Polyvox, start, write_scripts
from tests.support.transcribe import normal_words, words_of

HANGS_FOR_S, STOPS_WITHIN_S = 100, 30.0
"""Far apart, so that a busy machine does not decide: it takes about 2 s."""


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The server and what it said up to the line that it is ready."""
    with start("serve", "--port", "0", *arguments, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        said = ""
        try:
            for line in process.stdout:
                said += line.decode()
                if "Ctrl-C" in said or '"ready"' in said:
                    break
            else:
                raise AssertionError(said)
            yield process, said
        finally:
            process.kill()


def stopped(process: subprocess.Popen[bytes], number: signal.Signals) -> tuple[int, str, float]:
    """Exit code, what was said until then, and seconds taken."""
    begun = time.monotonic()
    process.send_signal(number)
    assert process.stdout is not None
    said = process.stdout.read().decode()
    return process.wait(ENOUGH_S), said, time.monotonic() - begun


def test_the_printed_curl_line_speaks_and_ctrl_c_stops(home: Path, tmp_path: Path) -> None:
    with serving() as (process, said):
        [curl] = re.findall(r"^\s*(curl .*)$", said, re.MULTILINE)
        subprocess.run(["bash", "-c", f"{curl} -sS --fail-with-body"], check=True, timeout=ENOUGH_S)
        code, rest, _ = stopped(process, signal.SIGINT)

    with av.open(io.BytesIO((tmp_path / "hello.mp3").read_bytes()), "r") as opened:
        rate = opened.streams.audio[0].rate
        resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
        frames = [f for frame in opened.decode(audio=0) for f in resampler.resample(frame)]
    heard = words_of(np.concatenate([f.to_ndarray()[0] for f in frames]).tobytes(), rate)
    assert heard[:2] == normal_words("Hello from")
    assert code == 0
    assert "Traceback" not in rest
    assert "Hello from Polyvox" not in rest


def test_the_console_is_where_it_says(home: Path) -> None:
    with serving() as (_, said):
        [url] = re.findall(r"^For the console: open (\S+) in a browser$", said, re.MULTILINE)
        with urllib.request.urlopen(url, timeout=ENOUGH_S) as page:  # noqa: S310 - our own
            assert "<title>Personalities – Polyvox</title>" in page.read().decode()


@pytest.mark.alone
def test_it_stops_soon_although_somebody_still_listens(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLYVOX_DEADLINE__FIRST_AUDIO_S", str(HANGS_FOR_S))
    write_scripts(home, fault_a=["hang"] * 10)
    with serving() as (process, said):
        [port] = re.findall(r"http://127\.0\.0\.1:(\d+)", said)[:1]
        body = json.dumps({"input": "Hello.", "model": "fault_a"}).encode()
        request = (
            b"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        with (
            socket.create_connection(("127.0.0.1", int(port))) as listener,
            socket.create_connection(("127.0.0.1", int(port))),
        ):
            listener.sendall(request + body)
            answer(f"http://127.0.0.1:{port}/readyz")  # the request before this one has arrived
            code, rest, took = stopped(process, signal.SIGTERM)

    assert code == 0
    assert took < STOPS_WITHIN_S
    assert "Traceback" not in rest


def test_a_port_in_use_is_told_at_once(polyvox: Polyvox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = polyvox("serve", "--port", str(taken.getsockname()[1]))

    assert ran.code == 5
    assert "in use" in ran.err
    assert "--port" in ran.err


def test_beyond_this_machine_it_needs_a_key(polyvox: Polyvox, home: Path) -> None:
    refused = polyvox("serve", "--host", "0.0.0.0")
    assert refused.code == 5
    assert "polyvox keys create" in refused.err

    revoked = polyvox("keys", "create", "old", "--json").json
    polyvox("keys", "revoke", revoked["id"])
    assert polyvox("serve", "--host", "0.0.0.0").code == 5

    key = polyvox("keys", "create", "laptop").out.strip()
    with serving("--host", "0.0.0.0") as (_, said):
        assert "Authorization: Bearer" in said
        [url] = re.findall(r"http://127\.0\.0\.1:\d+", said)[:1]
        assert answer(f"{url}/v1/providers") == 401
        assert answer(f"{url}/v1/providers", key) == 200


def test_a_database_that_cannot_be_opened_is_told_in_a_line(
    polyvox: Polyvox, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    ran = polyvox("serve", "--port", "0", "--database-url", f"sqlite:///{tmp_path}/file/p.db")

    assert ran.code == 5
    assert len(ran.err.splitlines()) == 1


def test_a_program_reads_one_document_once_the_named_home_is_served(
    home: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "config.toml").write_text("require_key = true\n")
    (other / "providers").symlink_to(home / "providers")
    with serving("--home", "other", "--json") as (_, said):
        ready = json.loads(said[said.index("{") :])
        assert answer(f"{ready['url']}/v1/providers") == 401

    assert (ready["event"], ready["providers"]["piper"]["state"]) == ("ready", "ready")
    assert (other / "polyvox.db").exists()
    assert not (home / "polyvox.db").exists()


def answer(url: str, key: str = "") -> int:
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=ENOUGH_S)
    try:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        connection.request("GET", f"/{path}", headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()
