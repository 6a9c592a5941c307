"""What is here: providers, voices, languages, statistics, keys, the version."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from rich.cells import cell_len

from tests.integration.cli.conftest import Polyvox


def test_providers_are_listed_with_licence_and_schema(polyvox: Polyvox) -> None:
    rows = {row["id"]: row for row in polyvox("providers", "--json").json}

    piper = rows["piper"]
    assert (piper["state"], piper["kind"], piper["reason"]) == ("ready", "local", None)
    assert piper["licence"]["code"].startswith("GPL-3.0")
    assert "speed" in piper["settings_schema"]["properties"]
    assert {"fault_a", "fault_b"} <= set(rows)


def test_voices_are_listed_by_provider_and_language(polyvox: Polyvox) -> None:
    def ids(*arguments: str) -> set[str]:
        return {voice["id"] for voice in polyvox("voices", *arguments, "--json").json}

    assert {"en_US-joe-medium", "fault_a-voice"} <= ids()
    assert ids("--provider", "piper", "--language", "en") == {"en_US-joe-medium"}
    assert ids("--provider", "piper", "--language", "ja") == set()
    assert polyvox("voices", "--provider", "nobody").code == 3
    assert polyvox("voices", "--language", "klingon!").code == 3


def test_languages_tell_who_speaks_them(polyvox: Polyvox) -> None:
    rows = {row["language"]: row for row in polyvox("languages", "--json").json}

    assert "piper" in rows["en"]["providers"]
    assert rows["ja"]["providers"] == []
    assert rows["de"]["own_name"] == "Deutsch"


def test_statistics_can_be_narrowed(polyvox: Polyvox) -> None:
    polyvox("speak", "Hello.", "-o", "a.wav")

    [row] = polyvox("stats", "--by-hour", "--since", "2h", "--json").json
    assert (row["personality"], row["provider"], row["requests"]) == ("joe", "piper", 1)
    assert row["hour"].endswith("+00:00")
    assert polyvox("stats", "--until", "2020-01-01", "--json").json == []
    assert polyvox("stats", "--since", "23:59:59", "--personality", "x", "--json").json == []
    assert polyvox("stats", "--since", "yesterday").code == 2


def test_keys_are_shown_once_listed_and_revoked(polyvox: Polyvox) -> None:
    created = polyvox("keys", "create", "my laptop")
    secret = created.out.strip()
    assert secret.startswith("pvx_")

    [key] = polyvox("keys", "list", "--json").json
    assert (key["name"], key["revoked_at"]) == ("my laptop", None)
    assert "digest" not in key
    assert secret not in polyvox("keys", "list").out

    assert polyvox("keys", "revoke", key["id"]).code == 0
    assert polyvox("keys", "list", "--json").json[0]["revoked_at"] is not None
    assert polyvox("keys", "revoke", "key_nobody").code == 3
    assert polyvox("keys", "create", " ").code == 3


def test_the_version_is_the_package_s(polyvox: Polyvox) -> None:
    assert polyvox("--version").out == f"polyvox {version('polyvox')}\n"
    assert polyvox("version").out == f"polyvox {version('polyvox')}\n"
    assert polyvox("version", "--json").json["polyvox"] == version("polyvox")


@pytest.mark.parametrize("command", ["providers", "voices", "languages", "personalities list"])
def test_tables_are_plain_and_whole_in_a_pipe_and_folded_on_a_narrow_terminal(
    polyvox: Polyvox, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    whole = polyvox(*command.split()).out
    monkeypatch.setenv("COLUMNS", "40")
    narrow = polyvox(*command.split()).out

    assert "\x1b" not in whole + narrow
    assert max(map(cell_len, narrow.splitlines())) <= 40
    assert sorted(narrow.replace("\n", "").replace(" ", "")) == sorted(
        whole.replace("\n", "").replace(" ", "")
    )


@pytest.mark.parametrize(
    "command",
    [
        *("", "speak", "serve", "providers", "voices", "voices install", "voices catalogue"),
        *("personalities", "personalities list", "personalities show", "personalities create"),
        *("personalities edit", "personalities delete", "personalities switch", "languages"),
        *("stats", "usage", "keys", "keys create", "keys list", "keys revoke", "doctor", "version"),
    ],
)
def test_every_command_explains_itself(polyvox: Polyvox, command: str) -> None:
    ran = polyvox(*command.split(), "--help")

    assert ran.code == 0
    assert "Usage: polyvox" in ran.out
    groups = ("", "personalities", "keys")
    assert ("--json" in ran.out) is (command not in groups)


def test_help_documents_the_exit_codes(polyvox: Polyvox) -> None:
    told = polyvox("--help").out
    for code in ("  0 ", "  2 ", "  3 ", "  4 ", "  5 ", "  130 "):
        assert f"\n  {code}" in told
