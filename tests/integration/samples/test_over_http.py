"""Samples over HTTP: uploaded, measured, heard, seen, changed, deleted without a trace."""

from __future__ import annotations

import asyncio
import hashlib
import io
import wave
from datetime import datetime, timedelta

import numpy as np
import pytest

from tests.integration.samples.stage import CONSENT, RATE, Studio, added, new_name, owner, take, wav
from tests.support import corpus
from tests.support.recordings import KINDS, encoded


async def test_an_upload_is_measured_and_read_back(studio: Studio, at: str) -> None:
    content = take()
    answer = await studio.upload(at, content, language="en_us", notes="Calm ☕", **CONSENT)
    assert answer.status == 201
    made = answer.json
    assert answer.headers["location"] == f"{at}/{made['id']}"
    assert made["sha256"] == hashlib.sha256(content).hexdigest()
    assert (made["size"], made["language"], made["notes"]) == (len(content), "en-US", "Calm ☕")
    assert made["url"] == f"polyvox://samples/{made['id']}"
    assert made["consent"]["who"] == "Joe"
    when = datetime.fromisoformat(made["consent"]["when"])
    assert abs(datetime.now(when.tzinfo) - when) < timedelta(minutes=5)
    report = made["report"]
    assert report["duration_s"] == pytest.approx(4.0, abs=0.01)
    assert (report["format"], report["sample_rate"], report["channels"]) == ("wav", corpus.RATE, 1)
    assert made["quality_score"] == report["quality_score"] > 0.5
    assert made["ready"] == {"cloner": "ready"}

    assert (await studio.get(f"{at}/{made['id']}")).json == made
    [listed] = (await studio.get(at)).json["data"]
    assert listed == {name: value for name, value in made.items() if name != "report"}


@pytest.mark.parametrize("kind", ["MP3", "OGG Opus", "M4A AAC", "WebM Opus", "FLAC"])
async def test_common_formats_are_taken_and_handed_back_as_they_came(
    studio: Studio, at: str, kind: str
) -> None:
    samples = corpus.recording(corpus.speech(4.0), 48_000).samples
    content = encoded(KINDS[kind], samples)
    made = await added(studio, at, content)
    assert made["report"]["format"] == KINDS[kind].container
    heard = await studio.get(f"{at}/{made['id']}/audio")
    assert heard.body == content
    assert heard.headers["content-type"].startswith("audio/")
    assert heard.headers["x-content-type-options"] == "nosniff"


async def test_the_document_lists_what_is_stored(studio: Studio, at: str) -> None:
    foreign = {"id": "sample_1", "url": "https://cdn.example/s.wav"}
    assert (await studio.change(owner(at), voice_samples=[foreign])).status == 200
    made = await added(studio, at, language="de", notes="First")

    person = (await studio.get(f"/v1/personalities/{owner(at)}")).json
    [kept, entry] = person["voice_config"]["voice_samples"]
    assert kept.items() >= foreign.items()
    expected = {
        "id": made["id"],
        "url": made["url"],
        "duration": made["duration_s"],
        "language": "de",
        "quality_score": made["quality_score"],
        "uploaded_at": made["uploaded_at"],
        "notes": "First",
    }
    assert entry == expected

    person["voice_config"]["voice_samples"][1]["notes"] = "Made up"
    put = await studio.request("PUT", f"/v1/personalities/{owner(at)}", json=person)
    assert put.status == 200
    again = (await studio.get(f"/v1/personalities/{owner(at)}")).json["voice_config"]
    assert again["voice_samples"][1] == expected, "computed, never written"

    await studio.request("DELETE", f"{at}/{made['id']}")
    after = (await studio.get(f"/v1/personalities/{owner(at)}")).json["voice_config"]
    assert [sample["id"] for sample in after["voice_samples"]] == ["sample_1"]


async def test_a_part_of_the_audio_can_be_asked_for(studio: Studio, at: str) -> None:
    made = await added(studio, at)
    part = await studio.get(f"{at}/{made['id']}/audio", headers={"range": "bytes=0-3"})
    assert (part.status, part.body) == (206, b"RIFF")


async def test_the_prepared_version_can_be_heard_and_says_what_was_done(
    studio: Studio, at: str
) -> None:
    made = await added(studio, at, take(seconds=12.0))
    prepared = await studio.post(f"{at}/{made['id']}/prepare", json={"provider": "cloner"})
    assert prepared.status == 200
    assert prepared.json["denoised"] is False
    assert 3 <= prepared.json["duration_s"] <= 30
    assert prepared.json["done"], "its rate at least was changed"

    audio = await studio.get(f"{at}/{made['id']}/audio?version=prepared&provider=cloner")
    with wave.open(io.BytesIO(audio.body)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (1, RATE, 2)
        assert file.getnframes() / RATE == pytest.approx(prepared.json["duration_s"], abs=0.01)
    original = await studio.get(f"{at}/{made['id']}/audio?version=original&provider=cloner")
    assert original.body == take(seconds=12.0)
    assert (await studio.get(f"{at}/{made['id']}")).json["prepared"] == [prepared.json]


async def test_an_engine_that_a_plugin_brings_is_judged_like_ours(studio: Studio, at: str) -> None:
    made = await added(studio, at, take(seconds=2.5))
    verdict = made["report"]["verdicts"]["cloner"]
    assert (verdict["state"], made["ready"]) == ("unusable", {"cloner": "unusable"})
    assert "3 s are the least for cloner." in verdict["because"][0]
    refused = await studio.post(f"{at}/{made['id']}/prepare", json={"provider": "cloner"})
    assert (refused.status, refused.error["code"]) == (422, "bad_sample")
    assert verdict["because"][0] in refused.error["message"]


async def test_noise_is_taken_out_only_when_the_owner_asks(studio: Studio, at: str) -> None:
    pause = np.zeros(corpus.RATE)
    noisy = corpus.with_noise(np.concatenate([pause, corpus.speech(4.0)]), 20)
    made = await added(studio, at, wav(noisy))
    path = f"{at}/{made['id']}"
    plain = (await studio.post(f"{path}/prepare", json={"provider": "cloner"})).json
    asked = (
        await studio.post(f"{path}/prepare", json={"provider": "cloner", "denoise": True})
    ).json
    later = (await studio.post(f"{path}/prepare", json={"provider": "cloner"})).json
    assert [plain["denoised"], asked["denoised"], later["denoised"]] == [False, True, True]
    assert later == asked
    assert asked["done"] != plain["done"]


async def test_it_can_be_seen(studio: Studio, at: str) -> None:
    made = await added(studio, at)
    drawn = await studio.get(f"{at}/{made['id']}/waveform?points=50")
    assert drawn.status == 200
    low, high = drawn.json["low"], drawn.json["high"]
    assert (len(low), len(high)) == (50, 50)
    assert all(-1 <= a <= b <= 1 for a, b in zip(low, high, strict=True))
    assert max(high) > 0.1
    assert drawn.json["marks"] == made["report"]["marks"]
    small = await studio.get(
        f"{at}/{made['id']}/waveform?points=1&version=prepared&provider=cloner"
    )
    assert (len(small.json["low"]), small.json["marks"]) == (1, [])


async def test_patch_changes_what_is_given(studio: Studio, at: str) -> None:
    made = await added(studio, at, language="en", notes="Old")
    path = f"{at}/{made['id']}"
    consent = {"who": "Joe", "statement": "Yes.", "when": "2026-01-02T03:04:05+02:00"}
    changed = await studio.request("PATCH", path, json={"notes": "New", "consent": consent})
    assert changed.status == 200
    assert (changed.json["notes"], changed.json["language"]) == ("New", "en")
    given = changed.json["consent"]
    assert datetime.fromisoformat(given["when"]) == datetime.fromisoformat(consent["when"])
    cleared = await studio.request("PATCH", path, json={"language": None, "consent": None})
    assert (cleared.json["language"], cleared.json["consent"]) == (None, None)
    assert cleared.json["notes"] == "New"
    assert cleared.json["report"] == made["report"]


async def test_deleting_leaves_no_trace(studio: Studio, at: str) -> None:
    before = studio.stored()
    made = await added(studio, at, take(), **CONSENT)
    await studio.post(f"{at}/{made['id']}/prepare", json={"provider": "cloner"})
    assert len(studio.stored()) == len(before) + 2
    own = {path.name for path in (studio.home / "samples" / made["id"]).iterdir()}
    [heard] = own - {made["sha256"]}

    assert (await studio.request("DELETE", f"{at}/{made['id']}")).status == 204

    assert studio.stored() == before
    assert heard in studio.cloner.forgotten
    for path in ("", "/audio", "/waveform"):
        gone = await studio.get(f"{at}/{made['id']}{path}")
        assert (gone.status, gone.error["code"]) == (404, "unknown_sample")


async def test_one_in_use_is_kept_and_says_who_uses_it(studio: Studio, at: str) -> None:
    made = await added(studio, at)
    other = owner(await studio.personality(new_name()))
    used = {"cloner": {"voice_sample_url": made["url"], "voice_samples": [made["id"]]}}
    assert (await studio.change(other, providers=used)).status == 200

    refused = await studio.request("DELETE", f"{at}/{made['id']}")
    assert (refused.status, refused.error["code"]) == (409, "conflict")
    for told in (other, "providers.cloner.voice_sample_url", "providers.cloner.voice_samples"):
        assert told in refused.error["message"]
    whole = await studio.request("DELETE", f"/v1/personalities/{owner(at)}")
    assert (whole.status, other in whole.error["message"]) == (409, True)
    assert (await studio.get(f"{at}/{made['id']}/audio")).status == 200

    await studio.change(other, providers={"cloner": None})
    assert (await studio.request("DELETE", f"{at}/{made['id']}")).status == 204


async def test_samples_go_with_their_personality(studio: Studio, at: str) -> None:
    before = studio.stored()
    made = await added(studio, at)
    own = {"cloner": {"voice_sample_url": made["url"]}}
    assert (await studio.change(owner(at), providers=own)).status == 200
    assert (await studio.request("DELETE", f"/v1/personalities/{owner(at)}")).status == 204
    assert studio.stored() == before
    assert (await studio.get(at)).status == 404


async def test_the_same_recording_is_taken_once(studio: Studio, at: str) -> None:
    before = studio.stored()
    answers = await asyncio.gather(*(studio.upload(at, take(3)) for _ in range(3)))
    assert sorted(answer.status for answer in answers) == [201, 409, 409]
    made = next(answer.json for answer in answers if answer.status == 201)
    for answer in answers:
        assert answer.status == 201 or made["id"] in answer.error["message"]
    assert len(studio.stored()) == len(before) + 1


async def test_a_personality_has_only_so_many(studio: Studio, at: str) -> None:
    for number in range(5):
        await added(studio, at, take(number, seconds=2.0))
    refused = await studio.upload(at, take(9))
    assert (refused.status, "max_samples" in refused.error["message"]) == (409, True)
