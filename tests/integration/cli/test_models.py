"""``polyvox models`` over a hub on loopback and folders of weights."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from polyvox.providers.piper.provider import PiperProvider
from polyvox.providers.styletts2.provider import StyleTTS2Provider
from polyvox.providers.xtts_v2 import published
from polyvox.providers.xtts_v2.provider import XttsProvider
from tests.integration.cli.conftest import Polyvox
from tests.support import hub, styletts2_files
from tests.support.hub import Hub
from tests.support.xtts_files import weights_folder


@pytest.fixture
def models(polyvox: Polyvox, monkeypatch: pytest.MonkeyPatch) -> Polyvox:
    """``polyvox models …``, where Piper, StyleTTS 2 and XTTS v2 are the providers."""
    monkeypatch.delenv("COQUI_TOS_AGREED", raising=False)
    found = {
        "piper": lambda: PiperProvider,
        "styletts2": lambda: StyleTTS2Provider,
        "xtts_v2": lambda: XttsProvider,
    }
    monkeypatch.setattr("polyvox.bootstrap.discover", lambda: found)
    return lambda *arguments: polyvox("models", *arguments)


@pytest.fixture
def site(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """The operator's configuration points there."""
    with hub.running(weights_folder(tmp_path / "published")) as site:
        monkeypatch.setattr(published, "PUBLISHED", site.published)
        (home / "config.toml").write_text(f'[providers.xtts_v2]\nbase_url = "{site.url}"\n')
        yield site


def test_a_model_is_listed_installed_and_removed(models: Polyvox, site: Hub, home: Path) -> None:
    _, absent = models("list", "--json").json
    assert (absent["provider"], absent["state"], absent["accepted"]) == ("xtts_v2", "absent", False)
    assert absent["size_bytes"] == sum(map(len, site.files.values()))
    assert absent["licence"]["weights"] == "CPML-1.0"
    assert "polyvox models install xtts_v2 --accept-license" in absent["remedy"]

    ran = models("install", "xtts_v2", "--accept-license", "--json")
    assert (ran.code, ran.json["state"], ran.json["accepted"]) == (0, "installed", True)
    assert "model.pth (" in ran.err
    assert "model.pth done" in ran.err
    assert (home / "providers/xtts_v2/model/model.pth").read_bytes() == site.files["model.pth"]
    table = models("list").out
    assert "CPML-1.0" in table
    assert "installed" in table

    again = models("install", "xtts_v2")
    assert again.code == 0
    assert "The model of xtts_v2 is installed.\ncoqui-tts is under the MPL." in again.err
    assert len(site.asked_for("model.pth")) == 1

    assert models("remove", "xtts_v2", "--json").json["state"] == "absent"
    assert models("remove", "xtts_v2").code == 3


def test_a_licence_not_accepted_is_told_with_the_way(models: Polyvox, site: Hub) -> None:
    ran = models("install", "xtts_v2", "--json")
    assert ran.code == 3
    assert ran.error["param"] == "accept_license"
    assert "--accept-license" in ran.error["remedy"]
    assert site.asked == []


def test_a_download_goes_on_where_it_broke_off(models: Polyvox, site: Hub, home: Path) -> None:
    staging = home / "providers/xtts_v2/.model.partial"
    staging.mkdir(parents=True)
    (staging / "model.pth.part").write_bytes(site.files["model.pth"][:300_000])
    assert models("install", "xtts_v2", "--accept-license").code == 0
    assert site.asked_for("model.pth") == ["bytes=300000-"]


def test_what_the_hub_does_wrong_is_a_provider_fault(models: Polyvox, site: Hub) -> None:
    site.files["vocab.json"] = b" " * len(site.files["vocab.json"])
    damaged = models("install", "xtts_v2", "--accept-license", "--json")
    assert (damaged.code, damaged.error["code"]) == (4, "bad_output")
    site.status = 404
    missing = models("install", "xtts_v2", "--json")
    assert (missing.code, missing.error["code"]) == (4, "unavailable")
    assert models("list", "--json").json[1]["state"] == "absent"


def test_a_full_disk_is_the_installation_s_fault(
    models: Polyvox, site: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0, total=1, used=1))
    ran = models("install", "xtts_v2", "--accept-license")
    assert ran.code == 5
    assert "too full" in ran.err
    assert site.asked == []


def test_a_folder_is_added_or_refused(models: Polyvox, tmp_path: Path) -> None:
    mine = weights_folder(tmp_path / "mine")
    ran = models("add", "xtts_v2", str(mine), "--accept-license")
    assert ran.code == 0
    assert models("list", "--json").json[1]["state"] == "installed"
    (tmp_path / "empty").mkdir()
    refused = models("add", "xtts_v2", str(tmp_path / "empty"))
    assert refused.code == 3
    assert "config.json and model.pth and vocab.json are missing" in refused.err
    assert models("add", "xtts_v2", str(tmp_path / "nowhere")).code == 2


def test_styletts2_is_added_without_a_question_and_its_condition_is_shown(
    models: Polyvox, tmp_path: Path
) -> None:
    mine = styletts2_files.weights_folder(tmp_path / "mine")
    ran = models("add", "styletts2", str(mine))
    assert ran.code == 0
    assert "The model of styletts2 is installed." in ran.err
    assert "Tell listeners that the speech is synthetic" in " ".join(ran.err.split())
    listed = {row["provider"]: row for row in models("list", "--json").json}
    assert (listed["styletts2"]["state"], listed["styletts2"]["accepted"]) == ("installed", True)
    removed = models("remove", "styletts2")
    assert removed.code == 0
    assert "listeners" not in removed.err


def test_only_providers_with_weights_have_models(models: Polyvox) -> None:
    listed = [row["provider"] for row in models("list", "--json").json]
    assert listed == ["styletts2", "xtts_v2"]
    assert models("install", "piper", "--accept-license").code == 3
    assert models("install", "nobody").code == 3
    assert models("install").code == 2


@pytest.mark.parametrize("command", ["list", "install", "add", "remove"])
def test_every_command_explains_itself(models: Polyvox, command: str) -> None:
    ran = models(command, "--help")
    assert ran.code == 0
    assert "--json" in ran.out
