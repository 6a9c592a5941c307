"""What all tests share."""

from __future__ import annotations

import os
import sys
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
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["OMP_NUM_THREADS"] = "1"  # the workers have the cores already
# Commands that tests start find the providers that fail on purpose, as this process does.
os.environ["PYTHONPATH"] = str(PLUGINS)
configure_logging("ERROR")
# By the descriptor, so that a test can capture what a server's thread says.
structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.__stderr__))

LONGEST_FIRST = ("browser", "contract", "integration", "unit", "docs", "architecture")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of a file share its fixtures: one worker runs them all, unless they name a group.

    The long files go out first, so that both workers end at about the same time.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.relative_to(TESTS).as_posix()))
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: LONGEST_FIRST.index(item.path.relative_to(TESTS).parts[0]))
