"""What all tests share."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import structlog

from polyvox.telemetry import configure_logging

PLUGINS = Path(__file__).parent / "plugins/faulty/src"
OPERATORS = ("POLYVOX_", "AZURE_SPEECH_", "GOOGLE_A", "IBM_WATSON_", "OPENAI_SPEECH_")
for name in [name for name in os.environ if name.startswith(OPERATORS)]:
    del os.environ[name]  # no test may speak, or spend, with what this machine is set up for
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # for tests that load ONNX Runtime themselves
# Commands that tests start find the providers that fail on purpose, as this process does.
os.environ["PYTHONPATH"] = str(PLUGINS)
configure_logging("ERROR")
# By the descriptor, so that a test can capture what a server's thread says.
structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.__stderr__))
