"""A word of a lexicon reaches every member of a chain in its own form."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from polyvox.providers.piper.loaded import LoadedVoice
from tests.integration.clouds.stage import CHAIN, PERSONALITY, Stage, staged
from tests.integration.clouds.test_forms import said

LINE = "Xiaomi's GIF cost $5 in St. Ives."
IPA = "ʃaʊˈmiː"
SERVER = [
    {"written": "xiaomi", "spoken": "shao mee", "ipa": IPA, "language": "en"},
    {"written": "GIF", "spoken": "ghif"},
    {"written": "St. Ives", "spoken": "Saint Ives"},
    {"written": "GIF", "spoken": "gieff", "language": "de"},
]
OWN = [{"written": "gif", "spoken": "jif"}]
LETTERS = "shao mee's jif cost $5 in Saint Ives."
IN_SOUNDS_ALONE = "Xiaomi's ghif cost $5 in Saint Ives."
"""Where a service takes no sounds and nobody respelled the word."""
WORDS = "shao mee's jif cost five dollars in Saint Ives."
SSML = (
    f'<phoneme alphabet="ipa" ph="{IPA}z">Xiaomi\'s</phoneme> <sub alias="jif">GIF</sub>'
    ' cost $5 in <sub alias="Saint Ives">St. Ives</sub>.'
)
SENT = {"azure_tts": SSML, "ibm_watson": SSML, "google_tts": LETTERS, "openai_speech": LETTERS}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(
        tmp_path_factory.mktemp("lexicon"), lines=(LINE, LETTERS, IN_SOUNDS_ALONE)
    ) as stage:
        stage.ask("PUT", "/v1/lexicon", SERVER)
        yield stage


@pytest.fixture
def sounds(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The phoneme ids that Piper's voice speaks."""
    seen: list[list[int]] = []
    says = LoadedVoice.sentences

    def watched(voice: LoadedVoice, text: str) -> Iterator[list[int]]:
        for ids in says(voice, text):
            seen.append(ids)
            yield ids

    monkeypatch.setattr(LoadedVoice, "sentences", watched)
    return seen


def heard(stage: Stage, first: str, own: object = OWN) -> None:
    stage.cast(first)
    stage.ask("PUT", f"/v1/personalities/{PERSONALITY}/lexicon", own)
    answer = stage.hear(LINE)
    assert answer.attempts(0) == [(first, "ok", None)]
    assert [s["characters"] for s in answer.report["segments"]] == [len(LINE)]


@pytest.mark.parametrize("first", sorted(SENT))
def test_every_service_gets_what_it_can_speak(stage: Stage, first: str) -> None:
    heard(stage, first)
    assert [said(each) for each in stage.behaviours[first].synthesized] == [SENT[first]]


def test_piper_speaks_its_sounds(stage: Stage, sounds: list[list[int]]) -> None:
    heard(stage, "piper")
    with_sounds = sounds.copy()
    sounds.clear()
    letters = {**SERVER[0], "ipa": None}
    heard(stage, "piper", [*OWN, letters])
    assert len(with_sounds) == len(sounds) == 1
    assert with_sounds != sounds
    assert set(CHAIN) == {*SENT, "piper"}


def test_a_word_that_nobody_respells_is_as_it_is_written(stage: Stage) -> None:
    heard(stage, "openai_speech", [{"written": "Xiaomi", "ipa": IPA}])
    [sent] = stage.behaviours["openai_speech"].synthesized
    assert said(sent) == IN_SOUNDS_ALONE


def test_a_change_counts_from_the_next_reply(stage: Stage) -> None:
    heard(stage, "openai_speech")
    stage.ask("PUT", f"/v1/personalities/{PERSONALITY}/lexicon", [])
    stage.hear(LINE)
    changed = [*SERVER, {"written": "cost", "spoken": "kost"}]
    stage.ask("PUT", "/v1/lexicon", changed)
    try:
        stage.hear(LINE)
    finally:
        stage.ask("PUT", "/v1/lexicon", SERVER)
    assert [said(each) for each in stage.behaviours["openai_speech"].synthesized] == [
        LETTERS,
        LETTERS.replace("jif", "ghif"),
        LETTERS.replace("jif", "ghif").replace("cost", "kost"),
    ]
