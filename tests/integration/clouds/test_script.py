"""A line in a script that Piper's English voice cannot read is spoken by the cloud behind it."""

from __future__ import annotations

import json
import urllib.error
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.clouds.stage import PERSONALITY, Stage, staged

JAPANESE = "こんにちは、元気ですか。"
CHINESE = "你好，今天天气很好。"
GERMAN = "Guten Morgen, wie geht es Ihnen heute?"
ENGLISH = "Good morning, how are you all today?"
NANAMI, KATJA, AVA = "ja-JP-NanamiNeural", "de-DE-KatjaNeural", "en-US-AvaMultilingualNeural"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(
        tmp_path_factory.mktemp("scripts"), lines=(JAPANESE, CHINESE, GERMAN, ENGLISH)
    ) as stage:
        yield stage


def cast(stage: Stage, azure: dict[str, Any], **fields: Any) -> None:
    """Piper first, then Azure as ``azure`` has it."""
    stage.cast("piper")
    config = {
        "active_provider": "piper",
        "fallback_chain": ["azure_tts"],
        "providers": {"azure_tts": azure},
        **fields,
    }
    body = {"id": PERSONALITY, "name": "Keeper", "voice_config": config}
    stage.ask("DELETE", f"/v1/personalities/{PERSONALITY}")
    stage.ask("POST", "/v1/personalities", body)


def spoken_by(stage: Stage) -> list[str]:
    """The voices that Azure was asked for."""
    documents = map(ET.fromstring, stage.behaviours["azure_tts"].synthesized)
    voices = [next(each for each in d.iter() if each.tag.endswith("voice")) for d in documents]
    return [str(voice.get("name")) for voice in voices]


@pytest.mark.parametrize(
    "azure",
    [{"voice_id": NANAMI}, {"voices": {"ja": NANAMI}}],
    ids=["its voice", "one of its voices"],
)
def test_a_japanese_text_is_spoken_by_the_second(stage: Stage, azure: dict[str, Any]) -> None:
    cast(stage, azure)
    answer = stage.hear(JAPANESE)
    assert answer.attempts(0) == [("azure_tts", "ok", None)]
    assert answer.report["segments"][0]["attempts"][0]["language"] == "ja-JP"
    assert spoken_by(stage) == [NANAMI]
    codes = {out["provider"]: out["code"] for out in answer.report["out"]}
    assert codes["piper"] == "unsupported_language"


def test_a_voice_of_many_languages_reads_what_it_can(stage: Stage) -> None:
    cast(stage, {"voice_id": AVA})
    stage.hear(CHINESE)
    (document,) = stage.behaviours["azure_tts"].synthesized
    assert '<lang xml:lang="zh-CN">' in document


def test_with_nobody_left_the_answer_is_400(stage: Stage) -> None:
    cast(stage, {})
    with pytest.raises(urllib.error.HTTPError) as caught:
        stage.hear(JAPANESE)
    with caught.value as answer:
        error = json.loads(answer.read())["error"]
    assert (caught.value.code, error["code"], error["param"]) == (
        400,
        "unsupported_language",
        "language",
    )
    assert "Hiragana" in error["message"]
    assert stage.behaviours["azure_tts"].synthesized == []


def test_each_sentence_gets_the_voice_of_its_language(stage: Stage) -> None:
    cast(stage, {}, languages={"primary": "en", "supported": ["de", "ja"], "detect": True})
    answer = stage.hear(f"{ENGLISH} {GERMAN} {JAPANESE}")
    assert [segment["language"] for segment in answer.report["segments"]] == ["en", "de", "ja"]
    assert [answer.attempts(n)[0][0] for n in range(3)] == ["piper", "azure_tts", "azure_tts"]
    assert spoken_by(stage) == [KATJA, NANAMI]


def test_foreign_words_inside_stop_nobody(stage: Stage) -> None:
    cast(stage, {})
    assert stage.hear("Hello 世界, how are you?").attempts(0) == [("piper", "ok", None)]
