"""``polyvox samples script``."""

from __future__ import annotations

from tests.integration.cli.conftest import Polyvox


def test_the_script_is_printed_to_be_read(polyvox: Polyvox) -> None:
    ran = polyvox("samples", "script", "--store", "Green Leaf")
    assert ran.code == 0
    assert "Neutral, about 8 s:\n  Hi there!\n  Welcome to Green Leaf.\n" in ran.out
    assert "s in all" in ran.err
    assert "no script" not in ran.err


def test_another_language_is_told_to_be_english(polyvox: Polyvox) -> None:
    ran = polyvox("samples", "script", "--language", "cs")
    assert "Welcome to [Store Name]." in ran.out
    assert "no script in Czech" in ran.err


def test_programs_get_json(polyvox: Polyvox) -> None:
    script = polyvox("samples", "script", "--language", "ja", "--json").json
    assert script["language"] == "ja"
    assert {part["mood"] for part in script["parts"]} >= {"calm", "neutral"}


def test_nonsense_is_refused(polyvox: Polyvox) -> None:
    assert polyvox("samples", "script", "--language", "#").code != 0
    assert "store" in polyvox("samples", "script", "--store", "x" * 101).err
