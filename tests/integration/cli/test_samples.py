"""``polyvox samples``: a recording checked without a server, kept, made ready, and removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.cli.conftest import Polyvox
from tests.integration.samples.stage import take
from tests.support import corpus

CONSENT = ("--consent-by", "Joe", "--consent-statement", "I agree.")


@pytest.fixture
def recording(tmp_path: Path) -> str:
    path = tmp_path / "joe.wav"
    path.write_bytes(take(seconds=8.0))
    return str(path)


def test_a_recording_is_checked_without_anything_else(
    polyvox: Polyvox, recording: str, home: Path
) -> None:
    ran = polyvox("samples", "check", recording)
    assert ran.code == 0
    for told in ("8.0 s", "Quality:", "xtts_v2", "styletts2", "snr"):
        assert told in ran.out
    report = polyvox("samples", "check", recording, "--json").json
    assert report["sample_rate"] == corpus.RATE
    assert report["quality_score"] > 0.5
    assert not (home / "polyvox.db").exists()


def test_what_is_no_recording_is_told(polyvox: Polyvox, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("no sound")
    bad = polyvox("samples", "check", "a.wav", "--json")
    assert (bad.code, bad.error["code"]) == (3, "bad_sample")
    assert polyvox("samples", "check", "missing.wav").code == 2
    assert polyvox("samples", "add", "joe", "missing.wav").code == 2


def test_one_is_added_shown_changed_and_removed(polyvox: Polyvox, recording: str) -> None:
    added = polyvox("samples", "add", "joe", recording, "--language", "en-us", "--json").json
    sample = added["meta"]["id"]
    assert (added["meta"]["language"], added["meta"]["consent"]) == ("en-US", None)
    assert sample in polyvox("samples", "list", "joe").out
    assert [s["meta"]["id"] for s in polyvox("samples", "list", "joe", "--json").json] == [sample]
    shown = polyvox("personalities", "show", "joe", "--json").json
    [entry] = shown["voice_config"]["voice_samples"]
    assert entry["url"] == f"polyvox://samples/{sample}"

    assert "Nobody's consent" in polyvox("samples", "show", sample).out
    edited = polyvox("samples", "edit", sample, "--notes", "Warm", *CONSENT)
    assert "Consent of Joe" in edited.err
    shown = polyvox("samples", "show", sample, "--json").json["meta"]
    assert (shown["notes"], shown["language"], shown["consent"]["who"]) == ("Warm", "en-US", "Joe")
    withdrawn = polyvox("samples", "edit", sample, "--withdraw-consent", "--json").json["meta"]
    assert (withdrawn["consent"], withdrawn["notes"]) == (None, "Warm")

    assert polyvox("samples", "remove", sample).code == 2, "without a yes"
    assert polyvox("samples", "remove", sample, "--yes").code == 0
    assert polyvox("samples", "show", sample).code == 3
    assert "no samples" in polyvox("samples", "list", "joe").err


def test_one_in_use_is_not_removed(polyvox: Polyvox, recording: str) -> None:
    sample = polyvox("samples", "add", "joe", recording, *CONSENT, "--json").json["meta"]["id"]
    value = f"providers.xtts_v2.voice_sample_url=polyvox://samples/{sample}"
    assert polyvox("personalities", "edit", "joe", "--set", value).code == 0
    refused = polyvox("samples", "remove", sample, "--yes", "--json")
    assert (refused.code, refused.error["code"]) == (3, "conflict")
    assert "'joe' (voice_config.providers.xtts_v2.voice_sample_url)" in refused.error["message"]


def test_it_is_made_ready_for_a_provider_that_clones(polyvox: Polyvox, recording: str) -> None:
    sample = polyvox("samples", "add", "joe", recording, "--json").json["meta"]["id"]
    made = polyvox("samples", "prepare", sample, "xtts_v2", "--json").json
    assert (made["denoised"], made["duration_s"] >= 6) == (False, True)
    assert "For xtts_v2:" in polyvox("samples", "prepare", sample, "xtts_v2").out
    assert polyvox("samples", "prepare", sample, "piper").code == 3


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--consent-by", "Joe"),
        ("--consent-statement", "Yes."),
        ("--withdraw-consent", *CONSENT),
    ],
)
def test_a_change_must_make_sense(polyvox: Polyvox, options: tuple[str, ...]) -> None:
    assert polyvox("samples", "edit", "smp_x", *options).code == 2


def test_addresses_are_refused_unless_their_host_is_allowed(polyvox: Polyvox) -> None:
    refused = polyvox("samples", "add", "joe", "http://169.254.169.254/a.wav", "--json")
    assert (refused.code, refused.error["code"]) == (3, "bad_sample")
    assert "fetch_hosts" in refused.error["remedy"]
