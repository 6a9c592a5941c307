"""The figures in docs/quota.md are those that come with the providers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from polyvox.domain.quota import Tier
from polyvox.provider.tariffs import packaged_tariff

PAGE = (Path(__file__).parents[2] / "docs/quota.md").read_text()
PROVIDERS = ("google_tts", "azure_tts", "ibm_watson")


def row(provider: str, tier: str) -> list[str]:
    """Free characters, price, and the specification's, as the page tells them."""
    rest = PAGE[PAGE.index(f"| `{provider}` |") :]
    line = re.search(rf"^\| [^|]*\| `{tier}`[^|]*\|(.*)\|$", rest, re.MULTILINE)
    assert line, f"{provider} {tier} is missing"
    return [cell.strip() for cell in line[1].split("|")]


def told(tier: Tier) -> list[str]:
    specified = tier.specified_characters
    return [
        f"{tier.free_characters:,}" if tier.free_characters else "none",
        f"${tier.usd_per_million:g}",
        "" if specified is None else f"{specified:,}",
    ]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_table_is_the_tariffs(provider: str) -> None:
    tariff = packaged_tariff(f"polyvox.providers.{provider}")
    for name, tier in tariff.tiers.items():
        assert row(provider, name) == told(tier)
    assert f"read on {tariff.checked}" in PAGE
