"""Samples over HTTP: what is refused, in what words, and that nothing is left of it."""

from __future__ import annotations

import pytest

from tests.integration.samples.conftest import MAX_BYTES
from tests.integration.samples.stage import CONSENT, Studio, added, new_name, take


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "bad_sample"),
        (b"#!/bin/sh\nrm -rf /\n" * 100, 422, "bad_sample"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt " + b"\xff" * 500, 422, "bad_sample"),
        (b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\nfile:///etc/passwd\n", 422, "bad_sample"),
        (bytes(MAX_BYTES + 1), 422, "bad_sample"),
        (bytes(MAX_BYTES + (80 << 10)), 413, "body_too_large"),
    ],
    ids=["empty", "script", "lying header", "playlist", "too large", "far too large"],
)
async def test_what_is_no_recording_is_refused_and_leaves_nothing(
    studio: Studio, at: str, content: bytes, status: int, code: str
) -> None:
    before = studio.stored()
    answer = await studio.upload(at, content)
    assert (answer.status, answer.error["code"]) == (status, code)
    assert "passwd" not in answer.error["message"]
    assert (await studio.get(at)).json["data"] == []
    assert studio.stored() == before


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"language": "no such tag"}, "language"),
        ({"consent_who": "Joe"}, "consent_who"),
        ({"consent_statement": "Yes."}, "consent_who"),
        ({"consent_who": "x" * 201, "consent_statement": "Yes."}, "consent_who"),
        ({**CONSENT, "consent_when": "yesterday"}, "consent_when"),
        ({"notes": "x" * 2001}, "notes"),
    ],
)
async def test_a_wrong_form_is_refused_by_field(
    studio: Studio, at: str, fields: dict[str, str], param: str
) -> None:
    answer = await studio.upload(at, take(), **fields)
    assert (answer.status, answer.error["param"]) == (400, param)
    assert not any(value in answer.error["message"] for value in fields.values())


async def test_what_is_no_form_is_told_how_to_send_one(studio: Studio, at: str) -> None:
    for options in (
        {"json": {"file": "x"}},
        {"data": b"RIFF", "headers": {"content-type": "audio/wav"}},
        {"data": b"junk", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"data": b"junk", "headers": {"content-type": "multipart/form-data"}},
    ):
        answer = await studio.post(at, **options)
        assert answer.status == 400
        assert "curl -F file=@" in answer.error["message"]


async def test_a_sample_is_found_under_its_own_personality_alone(studio: Studio, at: str) -> None:
    made = await added(studio, at)
    other = await studio.personality(new_name())
    for path in ("", "/audio", "/waveform"):
        assert (await studio.get(f"{other}/{made['id']}{path}")).status == 404
    assert (await studio.request("DELETE", f"{other}/{made['id']}")).status == 404
    assert (await studio.request("PATCH", f"{other}/{made['id']}", json={})).status == 404
    refused = await studio.post(f"{other}/{made['id']}/prepare", json={"provider": "cloner"})
    assert refused.status == 404


@pytest.mark.parametrize(
    "name",
    [
        "smp_" + "0" * 32,
        "..",
        "%2e%2e",
        "..%2f..%2fetc%2fpasswd",
        "%2fetc%2fpasswd",
        "a%00b",
        "'--",
    ],
)
async def test_odd_ids_lead_nowhere(studio: Studio, at: str, name: str) -> None:
    for path in ("", "/audio", "/waveform"):
        answer = await studio.get(f"{at}/{name}{path}")
        assert answer.status in (400, 404)
        assert b"root:" not in answer.body


async def test_nobody_has_no_samples(studio: Studio) -> None:
    nobody = "/v1/personalities/nobody/samples"
    assert (await studio.get(nobody)).status == 404
    answer = await studio.upload(nobody, take())
    assert (answer.status, answer.error["code"]) == (404, "unknown_personality")


async def test_preparing_for_who_cannot_clone_is_refused(studio: Studio, at: str) -> None:
    made = await added(studio, at)
    for provider, status in (("fault_a", 400), ("nobody", 404)):
        answer = await studio.post(f"{at}/{made['id']}/prepare", json={"provider": provider})
        assert (answer.status, answer.error["param"]) == (status, "provider")
    unnamed = await studio.get(f"{at}/{made['id']}/audio?version=prepared")
    assert (unnamed.status, unnamed.error["param"]) == (400, "provider")


async def test_nothing_is_fetched_from_elsewhere_unless_the_operator_allows_it(
    studio: Studio, at: str
) -> None:
    for url in (
        "http://169.254.169.254/latest",
        "https://files.example/a.wav",
        "file:///etc/passwd",
    ):
        answer = await studio.post(f"{at}/fetch", json={"url": url})
        assert (answer.status, answer.error["code"]) == (422, "bad_sample")
        assert "fetch_hosts" in answer.error["message"]
