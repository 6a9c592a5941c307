"""What is done in a text: skipped, it is sent to nobody; narrated, it is spoken by who narrates."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.emulators.faults import Fault
from tests.emulators.speech import spoken
from tests.integration.clouds.stage import PERSONALITY, RATE, Answer, Stage, staged
from tests.integration.clouds.test_forms import said

ACTION, WORDS, MORE = (
    "The old man nods slowly.",
    "I see what you mean by that.",
    "Come in, it is late.",
)
LINE = f"*The old man nods slowly* {WORDS} *He smiles at her.* {MORE}"
NARRATOR = "narrator"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(
        tmp_path_factory.mktemp("actions"),
        lines=(ACTION, WORDS, "He smiles at her.", MORE, f"{WORDS} {MORE}"),
    ) as stage:
        yield stage


def config(provider: str, *chain: str, **fields: Any) -> dict[str, Any]:
    return {"active_provider": provider, "fallback_chain": chain, **fields}


def cast(stage: Stage, own: Mapping[str, Any], narrator: Mapping[str, Any] | None = None) -> None:
    """The personality and its narrator, anew."""
    stage.cast("piper")
    stage.ask("DELETE", f"/v1/personalities/{NARRATOR}", missing_is_fine=True)
    if narrator is not None:
        body = {"id": NARRATOR, "name": "Narrator", "voice_config": narrator}
        stage.ask("POST", "/v1/personalities", body)
    stage.ask("PATCH", f"/v1/personalities/{PERSONALITY}", {"voice_config": own})


def sent(stage: Stage, provider: str) -> list[str]:
    return [said(each) for each in stage.behaviours[provider].synthesized]


def speakers(answer: Answer) -> list[tuple[str | None, str]]:
    """Whose voice and which provider spoke each segment."""
    last = [segment["attempts"][-1] for segment in answer.report["segments"]]
    return [(each.get("personality"), each["provider"]) for each in last]


def test_what_is_skipped_is_sent_to_nobody(stage: Stage) -> None:
    cast(stage, config("azure_tts", "google_tts", actions="skip"))
    stage.behaviours["azure_tts"].script.append(Fault.SERVER_ERROR)
    answer = stage.hear(LINE)
    for provider in ("azure_tts", "google_tts"):
        assert " ".join(sent(stage, provider))
        assert "nods" not in " ".join(sent(stage, provider))
        assert "smiles" not in " ".join(sent(stage, provider))
    assert sum(s["characters"] for s in answer.report["segments"]) <= len(f"{WORDS} {MORE}")


def test_a_text_of_actions_alone_is_silent_where_they_are_skipped(stage: Stage) -> None:
    cast(stage, config("azure_tts", actions="skip"))
    answer = stage.hear("*The old man nods slowly*")
    assert answer.report["segments"] == []
    assert not any(answer.pcm)
    assert sent(stage, "azure_tts") == []


def test_what_is_read_is_spoken_by_who_speaks(stage: Stage) -> None:
    cast(stage, config("azure_tts"))
    answer = stage.hear(f"*The old man nods slowly* {WORDS}")
    assert " ".join(sent(stage, "azure_tts")) == f"{ACTION} {WORDS}"
    assert "narrator" not in answer.report


def test_two_voices_of_two_providers_take_turns(stage: Stage) -> None:
    cast(
        stage,
        config("azure_tts", actions="narrator", narrator=NARRATOR),
        config("google_tts"),
    )
    answer = stage.hear(LINE)
    own, other = (None, "azure_tts"), (NARRATOR, "google_tts")
    assert speakers(answer) == [other, own, other, own]
    assert sent(stage, "google_tts") == [ACTION, "He smiles at her."]
    assert sent(stage, "azure_tts") == [WORDS, MORE]
    made = b"".join(spoken(text, RATE) for text in (ACTION, WORDS, "He smiles at her.", MORE))
    assert answer.pcm == made
    assert answer.report["narrator"] == {
        "personality": NARRATOR,
        "candidates": ["google_tts"],
        "out": [],
        "error": None,
        "message": None,
    }


def test_usage_is_the_narrators_for_what_it_spoke(stage: Stage) -> None:
    def figures(personality: str) -> dict[str, tuple[int, int]]:
        rows = stage.ask("GET", f"/v1/stats?personality={personality}")["data"]
        return {row["provider"]: (row["segments"], row["characters"]) for row in rows}

    cast(
        stage,
        config("azure_tts", actions="narrator", narrator=NARRATOR),
        config("google_tts"),
    )
    before, own = figures(NARRATOR).get("google_tts", (0, 0)), figures(PERSONALITY)
    stage.hear(f"*The old man nods slowly* {WORDS}")
    after = figures(NARRATOR)["google_tts"]
    assert (after[0] - before[0], after[1] - before[1]) == (1, len(ACTION))
    assert figures(PERSONALITY).get("google_tts") == own.get("google_tts")
    said_before = own.get("azure_tts", (0, 0))[1]
    assert figures(PERSONALITY)["azure_tts"][1] - said_before == len(WORDS)


def test_each_fails_over_by_a_chain_of_its_own(stage: Stage) -> None:
    cast(
        stage,
        config("azure_tts", "ibm_watson", actions="narrator", narrator=NARRATOR),
        config("google_tts", "openai_speech"),
    )
    stage.behaviours["google_tts"].script.append(Fault.SERVER_ERROR)
    stage.behaviours["azure_tts"].script.append(Fault.SERVER_ERROR)
    answer = stage.hear(LINE)
    own, other = (None, "ibm_watson"), (NARRATOR, "openai_speech")
    assert speakers(answer) == [other, own, other, own]


def test_where_the_narrators_chain_is_spent_the_personality_speaks(stage: Stage) -> None:
    cast(
        stage,
        config("azure_tts", actions="narrator", narrator=NARRATOR),
        config("google_tts"),
    )
    stage.behaviours["google_tts"].script.append(Fault.REFUSED)
    answer = stage.hear(f"*The old man nods slowly* {WORDS}")
    assert speakers(answer) == [(None, "azure_tts"), (None, "azure_tts")]
    assert " ".join(sent(stage, "azure_tts")) == f"{ACTION} {WORDS}"


def test_a_narrator_that_vanished_leaves_the_personality_to_speak(stage: Stage) -> None:
    cast(
        stage,
        config("azure_tts", actions="narrator", narrator=NARRATOR),
        config("google_tts"),
    )
    stage.ask("DELETE", f"/v1/personalities/{NARRATOR}")
    answer = stage.hear(f"*The old man nods slowly* {WORDS}")
    assert speakers(answer) == [(None, "azure_tts"), (None, "azure_tts")]
    assert answer.report["narrator"]["error"] == "unknown_personality"
    assert NARRATOR in answer.report["narrator"]["message"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"actions": "narrator"}, "narrator names no personality"),
        ({"actions": "narrator", "narrator": "nobody"}, "no personality 'nobody'"),
        ({"actions": "narrator", "narrator": PERSONALITY}, "cannot be its own narrator"),
        ({"actions": "narrator", "narrator": NARRATOR}, "narrates for it"),
        ({"actions": "sing"}, "read"),
        ({"narrator": "nobody"}, "no personality 'nobody'"),
    ],
)
def test_a_narrator_that_cannot_be_is_refused_when_it_is_saved(
    stage: Stage, fields: dict[str, Any], told: str
) -> None:
    cast(stage, config("piper"), config("piper", narrator=PERSONALITY))
    changed = {"voice_config": config("piper", **fields)}
    with pytest.raises(AssertionError) as refused:
        stage.ask("PATCH", f"/v1/personalities/{PERSONALITY}", changed)
    error = json.loads(str(refused.value))["error"]
    assert told in error["message"]
    assert error["param"].startswith("voice_config")
