from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the parts of voices are kept, so that each voice is cut once for all tests."""
    return tmp_path_factory.mktemp("parts")
