"""What the clouds' services receive of the same cases, beside the kept tables of it."""

from __future__ import annotations

import json
import os
import re

import pytest

from tests.emulators import azure, google, watson
from tests.emulators.services import SERVICES
from tests.emulators.speech import plain
from tests.integration.read_aloud.pipeline import Received, by_service
from tests.support.read_aloud import FOLDER, Case, all_cases, escaped

CASES = all_cases()
CLOUDS = ("azure_tts", "google_tts", "ibm_watson")
NOT_SPOKEN = "(no voice)"
MARKED = re.compile(r"\S*[*_`~]\S*")


@pytest.fixture(scope="module", params=CLOUDS)
def cloud(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def received(cloud: str, tmp_path_factory: pytest.TempPathFactory) -> Received:
    with pytest.MonkeyPatch.context() as patch, SERVICES[cloud].running() as emulator:
        for service in (azure, google, watson):
            patch.setattr(service, "spoken", _tone)
        asked = emulator.behaviour.synthesized
        home = tmp_path_factory.mktemp(cloud)
        return by_service(home, cloud, emulator.options, asked, CASES)


def _tone(_text: str, sample_rate: int, *, speed: float = 1.0) -> bytes:
    """Half a second of something that is not silence; what is said here is read, not heard."""
    return b"\x00\x20\x00\xe0" * int(sample_rate / 4 / speed)


def test_the_services_receive_what_is_kept(received: Received, cloud: str) -> None:
    lines = ["written\tlanguage\treceived", *(_line(case, received[case]) for case in CASES)]
    path = FOLDER / "received" / f"{cloud}.tsv"
    table = "\n".join(lines) + "\n"
    if os.environ.get("RENEW_KEPT"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(table, encoding="utf-8")
        pytest.skip(f"{path.name} was renewed")
    assert table == path.read_text(encoding="utf-8"), "RENEW_KEPT=1 renews it"


def _line(case: Case, texts: list[str] | None) -> str:
    shown = NOT_SPOKEN if texts is None else "\n".join(map(_said, texts))
    return "\t".join(map(escaped, (case.written, case.language, shown)))


def _said(text: str) -> str:
    """Without what stands around the text of every request."""
    if text.startswith("{"):
        text = json.loads(text)["text"]
    return re.sub(r"</?(?:speak|voice|prosody|mstts:silence)\b[^>]*>", "", text).strip()


def test_marks_are_received_only_where_they_were_written_as_part_of_a_name(
    received: Received,
) -> None:
    for case in CASES:
        for text in received[case] or []:
            for token in MARKED.findall(plain(_said(text))):
                assert token.strip(".,;:!?()\"'") in case.written
