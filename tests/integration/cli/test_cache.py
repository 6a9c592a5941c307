"""``polyvox cache``."""

from __future__ import annotations

from tests.integration.cli.conftest import Polyvox


def test_the_cache_is_shown_and_cleared(polyvox: Polyvox) -> None:
    assert polyvox("cache", "show", "--json").json == {"entries": 0, "size_bytes": 0}
    assert polyvox("speak", "Hello.", "-o", "a.wav").code == 0
    used = polyvox("cache", "show", "--json").json
    assert used["entries"] == 1
    assert "1 segments, 0." in polyvox("cache", "show").out
    assert polyvox("cache", "clear", "--json").json == {"removed": 1}
    assert "0 segments are deleted." in polyvox("cache", "clear").err
    assert polyvox("cache", "show", "--json").json["size_bytes"] == 0
