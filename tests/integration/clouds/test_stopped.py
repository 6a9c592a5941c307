"""A cloud that is silent for long is taken out of service, while somebody waits for it to go on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.emulators.faults import Fault
from tests.emulators.speech import spoken
from tests.integration.clouds.stage import CLOUDS, RATE, SEGMENTS, Stage, staged

PATIENT_S = 60.0
SOON_S = 10.0
"""Far less than anybody's patience: who goes on by then was told."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    patient = {"first_audio_s": PATIENT_S, "stall_s": PATIENT_S}
    home = tmp_path_factory.mktemp("clouds")
    with staged(home, deadlines=dict.fromkeys(CLOUDS, patient)) as stage:
        yield stage
    assert stage.server.leaked == []


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.STALL])
@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_next_goes_on_at_once_and_it_speaks_again_once_started(
    stage: Stage, cloud: str, fault: Fault
) -> None:
    chain = stage.cast(first=cloud)
    behaviour = stage.behaviours[cloud]
    behaviour.script.append(fault)
    begun = time.monotonic()
    with ThreadPoolExecutor(1) as listener:
        hearing = listener.submit(stage.hear)
        until(lambda: bool(behaviour.synthesized) and not behaviour.script)
        stage.ask("POST", f"/v1/providers/{cloud}/stop")
        answer = hearing.result(PATIENT_S)
    assert time.monotonic() - begun < SOON_S

    broken, taken_over = answer.attempts(0)
    assert broken[:2] in [(cloud, "failed"), (cloud, "interrupted")]
    assert taken_over == (chain[1], "ok", None)
    assert answer.attempts(1) == [(chain[1], "ok", None)]
    assert answer.report["outcome"] == "ok"
    assert answer.pcm.endswith(b"".join(spoken(segment, RATE) for segment in SEGMENTS))

    assert stage.ask("POST", f"/v1/providers/{cloud}/start")["in_service"]
    until(lambda: stage.ask("GET", f"/v1/providers/{cloud}")["availability"]["state"] == "ready")
    again = stage.hear()
    assert [again.attempts(n) for n in range(len(SEGMENTS))] == [[(cloud, "ok", None)]] * 2
    assert behaviour.running == 0


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)
