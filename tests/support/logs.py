"""What is logged while a test runs. Import ``logged`` into a conftest."""

from __future__ import annotations

import logging
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

Logged = list[MutableMapping[str, Any]]


@pytest.fixture
def logged() -> Iterator[Logged]:
    """All that is logged meanwhile, whatever the level."""
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as entries:
        yield entries
    structlog.configure(wrapper_class=before)
