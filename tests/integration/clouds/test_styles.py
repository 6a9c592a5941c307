"""A tag for a style reaches who can follow it by its own name, and is read by nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from polyvox.providers.piper.loaded import LoadedVoice
from tests.emulators.faults import Fault
from tests.integration.clouds.stage import CHAIN, PERSONALITY, Stage, staged
from tests.integration.clouds.test_forms import said

LINE = "[sad] I miss you so very much. [laughs] But well, it is getting late."
PLAIN = "I miss you so very much. But well, it is getting late."
STYLED = '<mstts:express-as style="sad">I miss you so very much.</mstts:express-as>'
WHISPERED = "[whispers] Come over here to me. We have all the time in the world."
SPOKEN = (
    *("I miss you so very much.", "But well, it is getting late.", PLAIN),
    *("Come over here to me.", "We have all the time in the world.", WHISPERED.split("] ")[1]),
)
JENNY, GUY = "en-US-JennyNeural", "en-US-GuyNeural"
"""Jenny lists the style sad; Guy lists none."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("styles"), lines=SPOKEN) as stage:
        yield stage


def cast(stage: Stage, chain: Sequence[str], voice: str = JENNY, **settings: Any) -> None:
    stage.cast(chain[0])
    config = {
        "active_provider": chain[0],
        "fallback_chain": chain[1:],
        "providers": {"azure_tts": {"voice_name": voice, "settings": settings}},
    }
    stage.ask("PATCH", f"/v1/personalities/{PERSONALITY}", {"voice_config": config})


def sent(stage: Stage, provider: str = "azure_tts") -> str:
    return " | ".join(said(each) for each in stage.behaviours[provider].synthesized)


def test_azure_is_told_by_its_own_name_what_its_voice_can_do(stage: Stage) -> None:
    cast(stage, ["azure_tts"])
    stage.hear(LINE)
    assert STYLED in sent(stage)
    assert "laugh" not in sent(stage)
    assert "But well, it is getting late." in sent(stage)


def test_a_voice_without_the_style_speaks_plainly(stage: Stage) -> None:
    cast(stage, ["azure_tts"], voice=GUY)
    stage.hear(LINE)
    assert "express-as" not in sent(stage)
    assert sent(stage).replace(" | ", " ") == PLAIN


def test_a_tag_wins_over_the_setting_for_its_sentence(stage: Stage) -> None:
    cast(stage, ["azure_tts"], style="cheerful")
    stage.hear(WHISPERED)
    assert 'style="whispering">Come over here to me.<' in sent(stage)
    assert 'style="cheerful">We have all the time in the world.<' in sent(stage)


def test_pasted_ssml_is_the_same_as_a_tag(stage: Stage) -> None:
    cast(stage, ["azure_tts"])
    stage.hear(
        LINE.replace("[sad] ", '<mstts:express-as style="sad">').replace(
            " [laughs]", "</mstts:express-as>"
        )
    )
    assert STYLED in sent(stage)


def test_azure_takes_over_from_piper_with_the_style(stage: Stage, spelled: list[str]) -> None:
    cast(stage, ["azure_tts", "piper"])
    stage.behaviours["azure_tts"].script.append(Fault.SERVER_ERROR)
    answer = stage.hear(LINE)
    assert answer.attempts(0)[-1] == ("piper", "ok", None)
    assert STYLED in sent(stage)
    assert spelled[0].startswith("I miss you so very much.")
    assert not any(sign in text for text in spelled for sign in "[]<>")


def test_piper_hands_over_to_azure_with_the_style(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(voice: LoadedVoice, text: str) -> Iterator[list[int]]:
        raise RuntimeError

    monkeypatch.setattr(LoadedVoice, "sentences", broken)
    cast(stage, ["piper", "azure_tts"])
    answer = stage.hear(LINE)
    assert answer.attempts(0)[0][0] == "piper"
    assert answer.attempts(0)[-1] == ("azure_tts", "ok", None)
    assert STYLED in sent(stage)


def test_nobody_else_gets_any_of_it(stage: Stage) -> None:
    for cloud in (name for name in CHAIN if name not in ("azure_tts", "piper")):
        stage.cast(cloud)
        stage.hear(LINE)
        assert sent(stage, cloud).replace(" | ", " ") == PLAIN
