"""``polyvox doctor`` finds each fault, says how to mend it, and goes on looking."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli.conftest import Polyvox


def faults(polyvox: Polyvox) -> dict[str, Any]:
    """Faults by name; each says how to mend it."""
    ran = polyvox("doctor", "--json")
    found = {c["name"]: c for c in ran.json["checks"] if c["state"] == "fault"}
    assert ran.code == (5 if found else 0)
    assert ran.json["ok"] is not bool(found)
    assert all(check["remedy"] for check in found.values())
    return found


def test_a_sound_installation_is_well(polyvox: Polyvox) -> None:
    ran = polyvox("doctor")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("All is well.\n")
    for name in ("python", "packages", "home", "disk", "port", "database", "provider piper"):
        assert f"ok      {name}: " in ran.out
    assert "speech piper: en_US-joe-medium made" in ran.out
    assert polyvox("stats", "--json").json == []


def test_a_port_that_another_program_holds(
    polyvox: Polyvox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("POLYVOX_PORT", str(taken.getsockname()[1]))
        found = faults(polyvox)

    assert set(found) == {"port"}


def test_a_home_that_is_a_file(
    polyvox: Polyvox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("POLYVOX_HOME", str(tmp_path / "file"))

    found = faults(polyvox)

    assert "POLYVOX_HOME" in found["home"]["remedy"]
    assert "application" in found


def test_a_configuration_that_cannot_be_read(polyvox: Polyvox, home: Path) -> None:
    (home / "config.toml").write_text("port = [")
    assert set(faults(polyvox)) == {"configuration"}


def test_a_setting_out_of_range(polyvox: Polyvox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLYVOX_TEXT_MAX_CHARACTERS", "0")
    assert "text_max_characters" in faults(polyvox)["configuration"]["found"]


def test_a_database_that_does_not_answer(polyvox: Polyvox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLYVOX_DATABASE_URL", "postgresql://u:secret@127.0.0.1:9/polyvox")

    found = faults(polyvox)

    assert set(found) == {"application"}
    assert "secret" not in str(found)


def test_a_provider_whose_options_are_wrong(polyvox: Polyvox, home: Path) -> None:
    (home / "config.toml").write_text("[providers.piper]\nthreads = 0\n")
    assert "threads" in faults(polyvox)["provider piper"]["found"]


def test_a_broken_voice(polyvox: Polyvox, home: Path) -> None:
    voices = home / "providers" / "piper" / "voices" / "en_US-broken-low"
    voices.mkdir(parents=True)
    (voices / "en_US-broken-low.onnx").write_bytes(b"not a model")
    (voices / "en_US-broken-low.onnx.json").write_text("{")

    [name] = faults(polyvox)

    assert "en_US-broken-low" in name


def test_listening_beyond_this_machine_without_a_key(
    polyvox: Polyvox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLYVOX_HOST", "0.0.0.0")
    assert set(faults(polyvox)) == {"keys"}

    polyvox("keys", "create", "laptop")
    assert faults(polyvox) == {}


def test_a_personality_whose_provider_is_gone(polyvox: Polyvox) -> None:
    polyvox("personalities", "create", "ann", "--set", "active_provider=gone_tts")
    assert set(faults(polyvox)) == {"personality ann"}


def test_a_missing_default_personality_is_only_a_warning(
    polyvox: Polyvox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLYVOX_DEFAULT_PERSONALITY", "nobody")
    checks = {c["name"]: c for c in polyvox("doctor", "--json").json["checks"]}
    assert checks["personalities"]["state"] == "warning"


def test_a_cloud_without_a_key_matters_as_much_as_it_is_used(
    polyvox: Polyvox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AZURE_SPEECH_KEY", raising=False)

    def told() -> dict[str, Any]:
        checks = polyvox("doctor", "--json").json["checks"]
        found: dict[str, Any] = next(c for c in checks if c["name"] == "provider azure_tts")
        assert "AZURE_SPEECH_KEY" in found["remedy"]
        return found

    assert told()["state"] == "note"
    polyvox("personalities", "create", "ann", "--set", 'fallback_chain=["azure_tts"]')
    assert told()["state"] == "warning"
    polyvox("personalities", "switch", "ann", "azure_tts")
    assert told()["state"] == "fault"
