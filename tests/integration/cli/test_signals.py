"""What the shell does to a running command: interrupts it, hangs up on it, shows it on a terminal."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from polyvox.cli.session import run
from tests.integration.cli.conftest import ENOUGH_S, start, unfinished, write_scripts

SENTENCES = " ".join(f"This is sentence number {n} of them all." for n in range(12))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_leaves_nothing(
    home: Path, tmp_path: Path, number: signal.Signals
) -> None:
    write_scripts(home, fault_a=["hang"])
    with start("speak", "Hi.", "-o", "a.wav", "--provider", "fault_a") as process:
        tick = threading.Event()
        while not unfinished(tmp_path):
            assert process.poll() is None, process.communicate()
            tick.wait(0.02)
        process.send_signal(number)
        out, err = process.communicate(timeout=ENOUGH_S)

    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_signal_counts_even_where_nothing_minds_its_cancellation() -> None:
    async def stubborn() -> None:
        signal.raise_signal(signal.SIGTERM)
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(ENOUGH_S)

    with pytest.raises(KeyboardInterrupt):
        run(stubborn())


def test_a_server_stopped_while_it_starts_prints_no_traceback(home: Path) -> None:
    with start("serve", "--port", "0") as process:
        tick = threading.Event()
        while not (home / "polyvox.db-wal").exists() and not (home / "polyvox.db").exists():
            assert process.poll() is None, process.communicate()
            tick.wait(0.005)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=ENOUGH_S)

    assert process.returncode in (0, 130)
    assert b"Traceback" not in err


def test_a_reader_that_leaves_ends_the_command_quietly(home: Path) -> None:
    with start("speak", SENTENCES, "-o", "-", "--format", "pcm") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert len(process.stdout.read(1000)) == 1000
        process.stdout.close()
        err = process.stderr.read()
        code = process.wait(ENOUGH_S)

    assert (code, err) == (141, b"")


def test_a_terminal_sees_the_progress_of_a_long_text(home: Path, tmp_path: Path) -> None:
    code, shown = on_terminal("speak", SENTENCES, "-o", "a.wav")

    assert code == 0
    assert "12/12" in shown
    assert "segments" in shown
    assert (tmp_path / "a.wav").exists()


def test_audio_does_not_flood_a_terminal(home: Path) -> None:
    code, shown = on_terminal("speak", "Hello.")

    assert code == 2
    assert "-o hello.wav" in " ".join(shown.split())


def on_terminal(*arguments: str) -> tuple[int, str]:
    """Exit code, and what a terminal on standard output and error showed."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    process = start(
        *arguments, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, env=environment
    )
    os.close(slave)
    shown = b""
    try:
        while piece := os.read(master, 65_536):
            shown += piece
    except OSError:
        pass  # Linux's way of saying that the terminal's other side is closed
    finally:
        os.close(master)
    return process.wait(ENOUGH_S), shown.decode()
