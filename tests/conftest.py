"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

PLUGINS = Path(__file__).parent / "plugins/faulty/src"
# Commands that tests start find the providers that fail on purpose, as this process does.
os.environ["PYTHONPATH"] = str(PLUGINS)
