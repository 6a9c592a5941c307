"""What is StyleTTS 2's own about installing; the rest is tested once, with XTTS v2."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from polyvox.errors import BadOutput, RequestError, Unavailable
from polyvox.provider.installing import ModelInstaller, ModelState
from polyvox.provider.model_store import PublishedFile
from polyvox.providers.styletts2 import published
from polyvox.providers.styletts2.provider import StyleTTS2Provider
from tests.support import hub
from tests.support.hub import Hub
from tests.support.installing import silent, visible
from tests.support.styletts2_files import CHECKPOINT, weights_folder

from .provider_stage import provider

SINGLE = "epoch_2nd_00100.pth"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """With files of both checkpoints; the one for many voices is known by its digests."""
    folder = weights_folder(tmp_path / "published")
    weights_folder(folder, checkpoint=SINGLE, tensors=b"single")
    with hub.running(folder) as site:
        known = tuple(f for f in site.published if f.name != SINGLE)
        several, one = published.RELEASES["LibriTTS"], published.RELEASES["LJSpeech"]
        releases = {
            "LibriTTS": replace(several, files=known, size=1_000),
            "LJSpeech": replace(one, size=1_000),
        }
        monkeypatch.setattr(published, "RELEASES", releases)
        yield site


def styletts2(site: Hub, tmp_path: Path, checkpoint: str = "LibriTTS") -> StyleTTS2Provider:
    return provider(tmp_path / "data", base_url=site.url, checkpoint=checkpoint)


async def test_the_published_checkpoint_is_installed_and_its_condition_shown(
    site: Hub, tmp_path: Path
) -> None:
    installer = styletts2(site, tmp_path)
    assert isinstance(installer, ModelInstaller)
    model = await installer.install_model(silent, accept_license=False)
    assert (model.state, model.accepted, model.reason) == (ModelState.INSTALLED, True, None)
    assert "listeners" in model.licence.note
    assert visible(model.folder) == ["config.yml", CHECKPOINT]
    assert (model.folder / CHECKPOINT).read_bytes() == site.files[CHECKPOINT]


async def test_files_without_a_known_digest_are_those_that_their_server_states(
    site: Hub, tmp_path: Path
) -> None:
    site.state_digests()
    model = await styletts2(site, tmp_path, "LJSpeech").install_model(silent, accept_license=False)
    assert model.state is ModelState.INSTALLED
    assert visible(model.folder) == ["config.yml", SINGLE, "fetched.json"]
    record = json.loads((model.folder / "fetched.json").read_text())
    body = site.files[SINGLE]
    assert record[1] == {
        "url": f"{site.url}/{SINGLE}",
        "size": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    assert len(record[0]["git"]) == 40


@pytest.mark.parametrize("name", ["config.yml", SINGLE])
async def test_a_file_that_is_not_what_its_server_stated_is_not_installed(
    site: Hub, tmp_path: Path, name: str
) -> None:
    site.state_digests()
    body = site.files[name]
    site.files[name] = body[:-1] + bytes([body[-1] ^ 1])
    installer = styletts2(site, tmp_path, "LJSpeech")
    with pytest.raises(BadOutput, match="arrived damaged"):
        await installer.install_model(silent, accept_license=False)
    assert installer.model().state is ModelState.ABSENT


async def test_a_server_that_states_no_digest_is_not_trusted(site: Hub, tmp_path: Path) -> None:
    with pytest.raises(BadOutput, match=r"states no digest of config\.yml"):
        await styletts2(site, tmp_path, "LJSpeech").install_model(silent, accept_license=False)
    assert site.asked_for(SINGLE) == []


async def test_what_is_left_of_another_checkpoint_is_not_mixed_in(
    site: Hub, tmp_path: Path
) -> None:
    """A download of LibriTTS broke off, then the operator chose LJSpeech."""
    staging = tmp_path / "data/.model.partial"
    staging.mkdir(parents=True)
    (staging / "config.yml").write_text("{of: another}")
    (staging / f"{CHECKPOINT}.part").write_bytes(b"half")
    site.state_digests()
    model = await styletts2(site, tmp_path, "LJSpeech").install_model(silent, accept_license=False)
    assert visible(model.folder) == ["config.yml", SINGLE, "fetched.json"]
    assert (model.folder / "config.yml").read_bytes() == site.files["config.yml"]


async def test_a_hub_that_is_not_there_is_told(site: Hub, tmp_path: Path) -> None:
    nowhere = provider(tmp_path, base_url="http://127.0.0.1:1/x", checkpoint="LJSpeech")
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1 broke off"):
        await nowhere.install_model(silent, accept_license=False)


async def test_a_folder_as_the_authors_lay_it_out_is_added(tmp_path: Path) -> None:
    """PL-BERT's configuration lies elsewhere there."""
    source = weights_folder(tmp_path / "mine", manifest='[languages]\nde = "de"\n')
    utils = source / "Utils/PLBERT"
    utils.mkdir(parents=True)
    (utils / "config.yml").write_text("model_params: {num_hidden_layers: 6}\n")
    model = await provider(tmp_path / "data").add_model(source, silent, accept_license=False)
    assert model.state is ModelState.INSTALLED
    names = ["config.yml", CHECKPOINT, "manifest.toml", "plbert_config.yml"]
    assert visible(model.folder) == names
    assert (model.folder / "plbert_config.yml").samefile(utils / "config.yml")


async def test_the_last_epoch_is_the_one_that_is_taken(tmp_path: Path) -> None:
    source = weights_folder(tmp_path / "mine")
    for epoch in ("epochs_2nd_00009.pth", "epochs_2nd_00100.pth", "epochs_1st_00200.pth"):
        weights_folder(source, checkpoint=epoch, tensors=epoch.encode())
    model = await provider(tmp_path / "data").add_model(source, silent, accept_license=False)
    assert visible(model.folder) == ["config.yml", "epochs_2nd_00100.pth"]


BAD = {
    "config.yml is missing": ("config.yml", None),
    "weights are missing": (CHECKPOINT, None),
    "config.yml is not YAML": ("config.yml", b"{"),
    "config.yml describes no model": ("config.yml", b"model: xtts"),
    "epochs_2nd_00020.pth is not a file of torch": (CHECKPOINT, b"PK\3\4 cut off"),
    "manifest.toml is not TOML": ("manifest.toml", b"= ="),
    "manifest.toml is wrong: languages": ("manifest.toml", b"languages = {}"),
    "manifest.toml is wrong: colour": ("manifest.toml", b"colour = 1"),
}


@pytest.mark.parametrize("reason", BAD)
async def test_a_folder_without_sound_weights_is_refused(tmp_path: Path, reason: str) -> None:
    source = weights_folder(tmp_path / "new")
    name, content = BAD[reason]
    (source / name).unlink(missing_ok=True)
    if content is not None:
        (source / name).write_bytes(content)
    with pytest.raises(RequestError, match=f"cannot be added: {reason}") as caught:
        await provider(tmp_path / "data").add_model(source, silent, accept_license=False)
    assert caught.value.param == "folder"
    assert provider(tmp_path, model_dir=source).model().state is ModelState.BROKEN


def test_what_is_pinned_is_a_commit() -> None:
    for release in published.RELEASES.values():
        assert len(release.base_url.split("/resolve/")[1].split("/")[0]) == 40
        assert PublishedFile("config.yml").name == release.files[0].name
