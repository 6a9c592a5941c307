"""Every cloud fails in every way in turn, under one personality that has all of them in its chain."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulators.faults import BEFORE_AUDIO, IN_THE_MIDDLE, Fault
from tests.emulators.speech import spoken
from tests.integration.clouds.stage import CLOUDS, RATE, SEGMENTS, Stage, staged
from tests.support.transcribe import likeness

TOLD = {
    Fault.THROTTLED: "throttled",
    Fault.QUOTA: "quota_exhausted",
    Fault.SERVER_ERROR: "unavailable",
    Fault.REFUSED: "refused",
    Fault.HANG: "timed_out",
    Fault.EMPTY: "bad_output",
    Fault.SILENCE: "bad_output",
    Fault.MALFORMED: "bad_output",
    Fault.CUT: "interrupted",
    Fault.STALL: "interrupted",
}
GIVEN_BACK = {Fault.THROTTLED, Fault.QUOTA, Fault.SERVER_ERROR, Fault.REFUSED}
"""The service said that it did not do it; in all other cases it may have counted."""
COUNTED = {"google_tts", "azure_tts", "ibm_watson"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("clouds")) as stage:
        yield stage


@pytest.mark.parametrize("broken", [0, 1], ids=["first segment", "second segment"])
@pytest.mark.parametrize("fault", [*BEFORE_AUDIO, *IN_THE_MIDDLE])
@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_whole_text_is_heard_and_counted(
    stage: Stage, cloud: str, fault: Fault, broken: int
) -> None:
    chain = stage.cast(first=cloud)
    charged, usage = stage.charged(), stage.usage()
    stage.behaviours[cloud].script.extend([Fault.NONE] * broken + [fault])
    stage.behaviours[cloud].retry_after = 7.0

    answer = stage.hear()

    _check_audio(answer.pcm, broken, in_the_middle=fault in IN_THE_MIDDLE)
    outcome = "interrupted" if fault in IN_THE_MIDDLE else "failed"
    for number in range(len(SEGMENTS)):
        failed = [(cloud, outcome, TOLD[fault])] if number == broken else []
        speaker = cloud if number < broken else chain[1]
        assert answer.attempts(number) == [*failed, (speaker, "ok", None)]

    spoke, took_over = SEGMENTS[:broken], SEGMENTS[broken:]
    kept = () if fault in GIVEN_BACK else SEGMENTS[broken : broken + 1]
    expected = {cloud: _length(spoke) + _length(kept), chain[1]: _length(took_over)}
    assert _grown(charged, stage.charged()) == {
        name: count for name, count in expected.items() if name in COUNTED and count
    }
    now = stage.usage()
    nothing = (0, 0, 0, 0)
    added = {
        name: tuple(b - a for a, b in zip(usage.get(name, nothing), now[name], strict=True))
        for name in now
        if now[name] != usage.get(name, nothing)
    }
    assert added == {
        cloud: (1, 1, broken, _length(spoke)),
        chain[1]: (1, 0, len(took_over), _length(took_over)),
    }


def _length(segments: tuple[str, ...]) -> int:
    return sum(map(len, segments))


def _grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: count - before[name] for name, count in after.items() if count != before[name]}


def _check_audio(pcm: bytes, broken: int, *, in_the_middle: bool) -> None:
    """To the sample: what broke off is heard up to there, and then again from its beginning."""
    made = [spoken(segment, RATE) for segment in SEGMENTS]
    before, again = b"".join(made[:broken]), b"".join(made[broken:])
    assert pcm.startswith(before)
    assert pcm.endswith(again)
    twice = pcm[len(before) : len(pcm) - len(again)]
    assert made[broken].startswith(twice)
    assert bool(twice) is in_the_middle


def test_it_is_speech_what_is_heard(stage: Stage) -> None:
    stage.cast(first="google_tts")
    for cloud in CLOUDS[:3]:
        stage.behaviours[cloud].script.append(Fault.CUT)
    answer = stage.hear()
    assert [a[0] for a in answer.attempts(0)] == list(CLOUDS)
    whole = sum(len(spoken(segment, RATE)) for segment in SEGMENTS)
    assert likeness(answer.pcm[-whole:], RATE, " ".join(SEGMENTS)) > 0.8


def test_a_key_that_no_service_knows_leaves_the_voice_that_needs_none(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with staged(tmp_path_factory.mktemp("strangers"), right_keys=False) as stage:
        chain = stage.cast(first="azure_tts")
        answer = stage.hear()
        out = {out["provider"]: out for out in answer.report["out"]}
        assert answer.report["candidates"] == ["piper"]
        assert set(out) == set(chain) - {"piper"}
        for told in out.values():
            assert told["code"] == "unavailable"
            assert told["remedy"]
        assert likeness(answer.pcm, RATE, " ".join(SEGMENTS)) > 0.8
        assert set(stage.charged().values()) == {0}
