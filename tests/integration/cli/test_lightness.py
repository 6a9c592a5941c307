"""The command is there at once: nothing heavy is loaded before a command needs it."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    *("numpy", "torch", "sqlalchemy", "alembic", "onnx", "onnxruntime", "fastapi", "starlette"),
    *("uvicorn", "av", "soxr", "piper", "aiohttp", "langcodes", "structlog", "pydantic_settings"),
)
HELP_WITHIN_S = 0.5


def test_importing_the_command_loads_nothing_heavy() -> None:
    program = f"import sys, polyvox.cli.app; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


@pytest.mark.alone
def test_help_comes_at_once_and_loads_nothing_heavy() -> None:
    program = (
        "import sys, time; from polyvox.cli.app import main; sys.argv = ['polyvox', '--help']\n"
        "try: main()\n"
        f"finally: print([m for m in {HEAVY} if m in sys.modules], time.process_time(), file=sys.stderr)"
    )
    # The best of a few: another program may have been in the way, which CPU time hardly shows.
    shown = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
        for _ in range(3)
    ]
    loaded, seconds = zip(*(done.stderr.rsplit(maxsplit=1) for done in shown), strict=True)
    assert set(loaded) == {"[]"}
    assert min(map(float, seconds)) < HELP_WITHIN_S
    assert "speak" in shown[0].stdout
