"""``polyvox lexicon``: words listed, added, removed, taken from files and written to them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Polyvox

XIAOMI = {"written": "Xiaomi", "spoken": "shao mee", "ipa": "ʃaʊˈmiː"}
OF_WHOM = pytest.mark.parametrize("whose", [(), ("--personality", "joe")])


@OF_WHOM
def test_words_are_added_changed_and_removed(polyvox: Polyvox, whose: tuple[str, ...]) -> None:
    assert polyvox("lexicon", "list", *whose, "--json").json == []
    assert "polyvox lexicon add" in polyvox("lexicon", "list", *whose).err
    ran = polyvox("lexicon", "add", "Xiaomi", "shao mee", "--ipa", "ʃaʊˈmiː", *whose, "--json")
    assert ran.json == XIAOMI
    polyvox("lexicon", "add", "GIF", "jif", "--language", "en_us", "--case", *whose)
    gif = {"written": "GIF", "spoken": "jif", "language": "en-US", "case": True}
    assert polyvox("lexicon", "list", *whose, "--json").json == [XIAOMI, gif]
    shown = polyvox("lexicon", "list", *whose).out
    assert "shao mee" in shown
    assert "as written" in shown

    assert "is in the lexicon" in polyvox("lexicon", "add", "XIAOMI", "x", *whose).err
    changed = {"written": "XIAOMI", "spoken": "x"}
    assert polyvox("lexicon", "list", *whose, "--json").json == [gif, changed]
    assert polyvox("lexicon", "remove", "xiaomi", *whose, "--json").json == [changed]
    assert polyvox("lexicon", "remove", "gif", "--language", "de", *whose).code == 3
    assert polyvox("lexicon", "remove", "gif", *whose).code == 0
    assert polyvox("lexicon", "list", *whose, "--json").json == []


def test_the_server_s_words_are_not_a_personality_s(polyvox: Polyvox) -> None:
    polyvox("lexicon", "add", "GIF", "jif")
    assert polyvox("lexicon", "list", "--personality", "joe", "--json").json == []
    polyvox("lexicon", "add", "GIF", "ghif", "--personality", "joe")
    assert polyvox("lexicon", "list", "--json").json == [{"written": "GIF", "spoken": "jif"}]
    config = polyvox("personalities", "show", "joe", "--json").json["voice_config"]
    assert config["lexicon"][0]["spoken"] == "ghif"


@pytest.mark.parametrize("name", ["words.json", "words.pls", "words.xml"])
@OF_WHOM
def test_a_file_takes_them_all_and_gives_them_back(
    polyvox: Polyvox, whose: tuple[str, ...], name: str
) -> None:
    polyvox("lexicon", "add", "Xiaomi", "shao mee", "--ipa", "ʃaʊˈmiː", *whose)
    polyvox("lexicon", "add", "GIF", "jif", "--language", "de", "--case", *whose)
    before = polyvox("lexicon", "list", *whose, "--json").json
    ran = polyvox("lexicon", "export", name, *whose, "--json")
    assert ran.json == {"file": name, "entries": 2}
    assert Path(name).read_text().startswith("<?xml" if name != "words.json" else "[")
    polyvox("lexicon", "remove", "GIF", *whose)
    polyvox("lexicon", "add", "other", "x", *whose)
    assert polyvox("lexicon", "import", name, *whose, "--json").json["entries"] == 2
    assert polyvox("lexicon", "list", *whose, "--json").json == before


def test_an_import_may_keep_what_is_there(polyvox: Polyvox) -> None:
    polyvox("lexicon", "add", "kept", "keppt")
    polyvox("lexicon", "add", "xiaomi", "old")
    given = json.dumps({"data": [XIAOMI]}).encode()
    assert "has 2 words now" in polyvox("lexicon", "import", "-", "--keep", stdin=given).err
    kept = {"written": "kept", "spoken": "keppt"}
    assert polyvox("lexicon", "list", "--json").json == [kept, XIAOMI]


def test_standard_output_is_json_or_pls(polyvox: Polyvox) -> None:
    polyvox("lexicon", "add", "Xiaomi", "shao mee", "--ipa", "ʃaʊˈmiː")
    assert polyvox("lexicon", "export").json == [XIAOMI]
    pls = polyvox("lexicon", "export", "--format", "pls")
    assert "<grapheme>Xiaomi</grapheme>" in pls.out
    polyvox("lexicon", "remove", "Xiaomi")
    assert polyvox("lexicon", "import", "-", stdin=pls.stdout).code == 0
    assert polyvox("lexicon", "export").json == [XIAOMI]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (b"nothing of the kind", 2),
        (b'{"words": []}', 2),
        (b"\xff\xfe\x00", 2),
        (b'[{"written": "x"}]', 3),
        (b"<lexicon/>", 3),
        (b"<lexicon", 3),
    ],
)
def test_a_wrong_file_changes_nothing(polyvox: Polyvox, given: bytes, code: int) -> None:
    polyvox("lexicon", "add", "GIF", "jif")
    ran = polyvox("lexicon", "import", "-", "--json", stdin=given)
    assert (ran.code, ran.error["exit_code"]) == (code, code)
    assert polyvox("lexicon", "list", "--json").json == [{"written": "GIF", "spoken": "jif"}]


def test_what_cannot_be_done_is_told(polyvox: Polyvox, tmp_path: Path) -> None:
    assert polyvox("lexicon", "add", "x").code == 3
    assert polyvox("lexicon", "add", "x", "y", "--ipa", "S{").code == 3
    assert polyvox("lexicon", "add", "x", "y", "--language", "klingon!").code == 3
    assert polyvox("lexicon", "list", "--personality", "nobody").code == 3
    assert polyvox("lexicon", "import", "missing.json").code == 2
    assert polyvox("lexicon", "export", str(tmp_path / "no" / "folder.json")).code == 2
