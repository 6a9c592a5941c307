"""Speaking on this machine stays on this machine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from .conftest import Polyvox

# ONNX Runtime tells nobody of its use where a CI system seems to run it.
CI = (
    "CI",
    "GITHUB_ACTIONS",
    "TF_BUILD",
    "BUILD_ID",
    "BUILD_BUILDID",
    "JENKINS_URL",
    "TEAMCITY_VERSION",
)


@pytest.mark.skipif(sys.platform == "win32", reason="The folders of a home are named otherwise")
def test_no_library_keeps_records_for_its_maker(
    shell: Polyvox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would write them down, with an id of this machine, before it sends them."""
    for name in (*CI, "ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    person = tmp_path / "person"
    person.mkdir()
    monkeypatch.setenv("HOME", str(person))
    assert shell("speak", "Hello.", "-o", "hello.wav").code == 0
    assert [path for path in person.rglob("*") if path.is_file()] == []
