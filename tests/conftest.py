"""What all tests share."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from polyvox.telemetry import configure_logging

TESTS = Path(__file__).parent
PLUGINS = Path(__file__).parent / "plugins/faulty/src"
OPERATORS = ("POLYVOX_", "AZURE_SPEECH_", "GOOGLE_A", "IBM_WATSON_", "OPENAI_SPEECH_")
for name in [name for name in os.environ if name.startswith(OPERATORS)]:
    del os.environ[name]  # no test may speak, or spend, with what this machine is set up for
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # for tests that load ONNX Runtime themselves
# A script starts what is in its background with interrupts ignored.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ.pop("COLUMNS", None)  # xdist sets it for its workers; a pipe has no width
if "PYTEST_XDIST_WORKER" in os.environ:
    for pool in ("OMP", "OPENBLAS"):  # the workers have the cores already
        os.environ[f"{pool}_NUM_THREADS"] = "1"
# Commands that tests start find the providers that fail on purpose, as this process does.
os.environ["PYTHONPATH"] = str(PLUGINS)
configure_logging("ERROR")
# By the descriptor, so that a test can capture what a server's thread says.
structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.__stderr__))

LONGEST_FIRST = (
    "integration/engines",
    "contract/test_providers",
    "browser",
    "docs/test_pages",
    "unit/audio/repair",
    "integration/clouds",
    "integration/cli",
    "integration/samples",
    "unit/piper",
    "unit/audio",
    "unit/styletts2",
    "unit/xtts_v2",
    "integration",
)
"""Folders and files of tests whose parts take longest; the others come after them."""
NOTHING_HEAVY = re.compile(r"\bnot \(?heavy\b")
ALL_HEAVY = re.compile(r"^pytestmark = \[?\s*pytest\.mark\.heavy\b", re.MULTILINE)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where nothing heavy runs, files of nothing else are not imported: they import torch."""
    if collection_path.suffix != ".py" or not NOTHING_HEAVY.search(config.option.markexpr):
        return None
    return bool(ALL_HEAVY.search(collection_path.read_text())) or None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files go out first, so that both workers end at about the same time."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: place(item.path.relative_to(TESTS).as_posix()))


def place(path: str) -> int:
    places = (at for at, name in enumerate(LONGEST_FIRST) if path.startswith(name))
    return next(places, len(LONGEST_FIRST))


@pytest.fixture(scope="session", autouse=True)
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A new SQLite file that :class:`Database` starts with is a copy of one migrated once.

    The start looks at it as at any database. What migrates is tested by ``migrate.upgrade`` itself.
    """
    from sqlalchemy.engine import URL

    from polyvox.storage import database
    from polyvox.storage.engine import is_sqlite, parse_url
    from polyvox.storage.migrate import upgrade

    made = tmp_path_factory.mktemp("template") / "polyvox.db"

    def upgrade_copy(url: URL) -> None:
        if not made.exists():
            upgrade(parse_url(f"sqlite:///{made}"))
        path = Path(url.database or "") if is_sqlite(url) else made
        if path.parent.is_dir() and not path.exists():
            shutil.copy(made, path)
        upgrade(url)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "upgrade", upgrade_copy)
        yield
