from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from polyvox.providers.piper.licence import licence_of
from polyvox.providers.piper.voices import InstalledVoice, Shelf, bundled_folder, read_voice

from .stage import JOE, write_voice


def shelf(*folders: Path, default_voice: str | None = None) -> Shelf:
    made = Shelf(folders, default_voice)
    made.refresh()
    return made


def test_the_bundled_voice_is_found() -> None:
    folder = bundled_folder()
    assert folder is not None
    joe = shelf(folder).found.voices[JOE]
    assert joe.voice.languages == ("en-US",)
    assert (joe.voice.quality, joe.voice.sample_rate, joe.speakers) == ("medium", 22_050, 1)
    assert joe.licence == "CC0"


def test_voices_are_found_in_folders_and_the_folders_in_them(tmp_path: Path) -> None:
    write_voice(tmp_path, "en_US-one-low")
    write_voice(tmp_path / "inside", "en_US-two-low")
    write_voice(tmp_path / ".hidden", "en_US-three-low")
    write_voice(tmp_path / "inside" / "deeper", "en_US-four-low")
    assert list(shelf(tmp_path, tmp_path / "none").found.voices) == [
        "en_US-one-low",
        "en_US-two-low",
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"audio": {}}, "the config gives no sample rate"),
        ({"audio": {"sample_rate": "22050"}}, "the config gives no sample rate"),
        ({"phoneme_type": "hebrew"}, "its phonemes are of the type 'hebrew', which is not"),
        ({"phoneme_type": "pinyin"}, "its phonemes are of the type 'pinyin', which need"),
        ({"espeak": {}}, "the config names no espeak voice"),
        ({"phoneme_id_map": {}}, "the config has no phoneme_id_map"),
        ({"language": {"code": "not a tag"}}, "'not a tag' is not a language tag"),
        ({"speaker_id_map": {"a": "x"}}, "the config does not number its speakers"),
        ({"num_speakers": None}, "the config does not number its speakers"),
    ],
)
def test_a_broken_voice_is_left_out_with_the_reason(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    write_voice(tmp_path, "en_US-good-low")
    bad = write_voice(tmp_path, "en_US-bad-low", **changes)
    found = shelf(tmp_path).found
    assert list(found.voices) == ["en_US-good-low"]
    (broken,) = found.broken
    assert broken.path == bad
    assert broken.reason.startswith(f"It is left out: {reason}")


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (None, "the config beside it is missing"),
        (b"{", "the config is not JSON"),
        (b"[]", "object"),
    ],
)
def test_a_voice_without_a_config_is_left_out(
    tmp_path: Path, config: bytes | None, reason: str
) -> None:
    path = write_voice(tmp_path, "en_US-bad-low").with_name("en_US-bad-low.onnx.json")
    path.unlink()
    if config is not None:
        path.write_bytes(config)
    assert reason in shelf(tmp_path).found.broken[0].reason


def test_an_empty_model_is_left_out(tmp_path: Path) -> None:
    write_voice(tmp_path, "en_US-empty-low", model=b"")
    assert "the model is empty" in shelf(tmp_path).found.broken[0].reason


@pytest.mark.parametrize(
    ("language", "espeak", "tag"),
    [
        ({"code": "pt_BR"}, "pt", "pt-BR"),
        ({"code": "es_419"}, "es", "es-419"),
        (None, "en-us", "en-US"),
        (None, "cmn", "zh"),
        ({}, "de", "de"),
    ],
)
def test_the_language_is_told_in_bcp_47(
    tmp_path: Path, language: dict[str, str] | None, espeak: str, tag: str
) -> None:
    model = write_voice(tmp_path, "x", language=language, espeak={"voice": espeak})
    assert read_voice(model).voice.languages == (tag,)


def test_speakers_are_told_by_name_and_number(tmp_path: Path) -> None:
    speakers = {"awb": 0, "rms": 1}
    model = write_voice(tmp_path, "x", num_speakers=2, speaker_id_map=speakers)
    voice = read_voice(model)
    assert voice.voice.speakers == speakers
    assert voice.speakers == 2


@pytest.mark.parametrize(
    ("default", "speaker"),
    [({"default_speaker_id": 2}, 2), ({}, 0), ({"default_speaker_id": 9}, 0)],
)
def test_a_voice_of_several_has_a_speaker_of_its_own(
    tmp_path: Path, default: dict[str, Any], speaker: int
) -> None:
    assert read_voice(write_voice(tmp_path, "x", num_speakers=3, **default)).speaker == speaker


def test_the_model_that_tells_how_chinese_is_read_is_no_voice(tmp_path: Path) -> None:
    (tmp_path / "g2pW").mkdir()
    (tmp_path / "g2pW" / "g2pw.onnx").write_bytes(b"a model of another kind")
    assert shelf(tmp_path).found.broken == ()


def test_the_best_voice_comes_first(tmp_path: Path) -> None:
    def audio(quality: str) -> dict[str, Any]:
        return {"sample_rate": 22_050, "quality": quality}

    write_voice(tmp_path, "en_GB-a-high", language={"code": "en_GB"}, audio=audio("high"))
    write_voice(tmp_path, "en_US-b-low", audio=audio("low"))
    write_voice(tmp_path, "en_US-c-medium", audio=audio("medium"))
    write_voice(tmp_path, "de_DE-d-high", language={"code": "de_DE"}, audio=audio("high"))

    def ids(of: Shelf, language: str | None) -> list[str]:
        return [voice.id for voice in of.of_language(language)]

    plain = shelf(tmp_path)
    assert ids(plain, "en-US") == ["en_US-c-medium", "en_US-b-low", "en_GB-a-high"]
    assert ids(plain, "en-GB")[0] == "en_GB-a-high"
    assert ids(plain, "de") == ["de_DE-d-high"]
    assert ids(plain, "fr") == []
    assert ids(plain, "no tag at all") == []
    chosen = shelf(tmp_path, default_voice="en_US-b-low")
    assert ids(chosen, "en-US")[0] == "en_US-b-low"
    assert ids(chosen, None)[0] == "en_US-b-low"
    assert ids(chosen, "en-GB")[0] == "en_GB-a-high"


def test_the_earlier_folder_wins(tmp_path: Path) -> None:
    first = write_voice(tmp_path / "a", "en_US-one-low")
    write_voice(tmp_path / "b", "en_US-one-low")
    found = shelf(tmp_path / "a", tmp_path / "b").found
    assert [voice.model for voice in found.voices.values()] == [first]


def test_what_comes_and_goes_is_seen(tmp_path: Path) -> None:
    of = shelf(tmp_path)
    assert not of.refresh()
    model = write_voice(tmp_path, "en_US-new-low")
    assert of.refresh()
    assert list(of.found.voices) == ["en_US-new-low"]
    assert not of.refresh()
    model.unlink()
    assert of.refresh()
    assert not of.found.voices


def test_a_rejected_voice_stays_out_until_its_files_change(tmp_path: Path) -> None:
    model = write_voice(tmp_path, "en_US-one-low")
    of = shelf(tmp_path)
    of.reject(of.found.voices["en_US-one-low"], "it cannot be loaded (Fail)")
    assert not of.found.voices
    assert of.found.broken[0].reason == "It is left out: it cannot be loaded (Fail)."
    assert not of.refresh()
    model.write_bytes(b"another model")
    assert of.refresh()
    assert list(of.found.voices) == ["en_US-one-low"]


def test_the_revision_changes_with_the_files_alone(tmp_path: Path) -> None:
    model = write_voice(tmp_path, "en_US-one-low")
    first = read_voice(model).revision
    assert read_voice(model).revision == first
    os.utime(model, ns=(1, 1))
    second = read_voice(model).revision
    config = model.with_name(f"{model.name}.json")
    config.write_text(json.dumps({**json.loads(config.read_text()), "dataset": "other"}))
    assert len({first, second, read_voice(model).revision}) == 3


@pytest.mark.parametrize(
    ("stated", "free"),
    [
        ("CC0", True),
        ("Public Domain", True),
        ("https://creativecommons.org/licenses/by/4.0/", True),
        ("CC BY-SA 4.0", True),
        ("MIT", True),
        ("CC BY-NC-SA 4.0", False),
        ("https://creativecommons.org/licenses/by-nc/4.0/", False),
        ("Blizzard 2013 licence, research only", False),
        ("See URL", False),
    ],
)
def test_commercial_use_is_stated_where_the_card_allows_it(
    tmp_path: Path, stated: str, free: bool
) -> None:
    model = write_voice(tmp_path, "en_US-one-low")
    (tmp_path / "MODEL_CARD").write_text(f"# Card\n\n## Dataset\n\n* License: {stated}\n")
    licence = licence_of([read_voice(model)])
    assert licence.commercial_use is free
    assert stated in licence.weights


def test_without_a_card_nothing_is_allowed(tmp_path: Path) -> None:
    voices: list[InstalledVoice] = [read_voice(write_voice(tmp_path, "en_US-one-low"))]
    assert not licence_of(voices).commercial_use
    assert not licence_of([]).commercial_use
