from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from polyvox.provider.tariffs import packaged_tariff

TARIFF = """
checked = 2026-01-31
source = "https://example.org/prices"

[tiers.neural]
name = "Neural"
free_characters = 1000
usd_per_million = 16.0
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """A package with ``TARIFF`` in it, under a name of this test's own."""
    name = f"tariff_of_{request.node.name}"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    (tmp_path / name / "tariff.toml").write_text(TARIFF)
    monkeypatch.syspath_prepend(tmp_path)
    return name


def test_the_figures_come_with_the_package(package: str) -> None:
    tariff = packaged_tariff(package)
    assert tariff.checked == date(2026, 1, 31)
    assert tariff.tiers["neural"].free_characters == 1000
    assert packaged_tariff(package) is tariff, "read once"


def test_wrong_figures_are_found_at_once(package: str, tmp_path: Path) -> None:
    wrong = TARIFF.replace("free_characters = 1000", "free_characters = -1")
    (tmp_path / package / "tariff.toml").write_text(wrong)
    with pytest.raises(ValidationError, match="free_characters"):
        packaged_tariff(package)
