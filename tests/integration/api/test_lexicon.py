"""Lexicons over HTTP: whole, with an ETag, as JSON and as PLS."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from polyvox.services.pls import MEDIA_TYPE, PLS
from tests.integration.api.client import Answer, Client, Stage

SERVER, OWN = "/v1/lexicon", "/v1/personalities/ada/lexicon"
XIAOMI = {"written": "Xiaomi", "spoken": "shao mee", "language": "en", "ipa": "ʃaʊˈmiː"}
GIF = {"written": "GIF", "spoken": "jif", "case": True}
DOCUMENT = (
    f'<lexicon version="1.0" xmlns="{PLS}" alphabet="ipa" xml:lang="en"><lexeme>'
    "<grapheme>Xiaomi</grapheme><alias>shao mee</alias><phoneme>ʃaʊˈmiː</phoneme></lexeme></lexicon>"
)
AS_PLS = {"content-type": MEDIA_TYPE}


@pytest_asyncio.fixture
async def emptied(stage: Stage) -> AsyncIterator[Stage]:
    yield stage
    for at in (SERVER, OWN):
        await put(stage, at, [])


async def put(client: Client, at: str, body: Any, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.request("PUT", at, json=body, headers=named)


@pytest.mark.parametrize("at", [SERVER, OWN])
@pytest.mark.parametrize("body", [[XIAOMI, GIF], {"data": [XIAOMI, GIF]}])
async def test_a_lexicon_is_read_back_whole(emptied: Stage, at: str, body: Any) -> None:
    written = await put(emptied, at, body)
    assert written.status == 200
    read = await emptied.get(at)
    assert read.json == written.json
    assert read.json["data"] == [XIAOMI, GIF]
    assert read.headers["etag"] == written.headers["etag"] == f'"{read.json["version"]}"'
    await put(emptied, at, [GIF])
    assert (await emptied.get(at)).json["data"] == [GIF]


@pytest.mark.parametrize("at", [SERVER, OWN])
async def test_a_change_over_somebody_else_s_is_refused(emptied: Stage, at: str) -> None:
    tag = (await emptied.get(at)).headers["etag"]
    assert (await put(emptied, at, [GIF], if_match=tag)).status == 200
    for stale in (
        {"headers": {"if-match": tag}},
        {"json": {"data": [], "version": int(tag[1:-1])}},
    ):
        refused = await emptied.request("PUT", at, **{"json": [], **stale})
        assert (refused.status, refused.error["code"]) == (409, "conflict")
    assert (await emptied.get(at)).json["data"] == [GIF]
    assert (await put(emptied, at, [], if_match="tuesday")).error["param"] == "If-Match"
    assert (await put(emptied, at, [], if_match="*")).status == 200


async def test_a_personality_s_lexicon_has_its_version(emptied: Stage) -> None:
    written = await put(emptied, OWN, [GIF])
    person = await emptied.get("/v1/personalities/ada")
    assert person.json["voice_config"]["lexicon"] == [GIF]
    assert person.headers["etag"] == written.headers["etag"]
    change = {"voice_config": {"lexicon": [XIAOMI]}}
    assert (await emptied.request("PATCH", "/v1/personalities/ada", json=change)).status == 200
    assert (await emptied.get(OWN)).json["data"] == [XIAOMI]
    removed = {"voice_config": {"lexicon": None}}
    await emptied.request("PATCH", "/v1/personalities/ada", json=removed)
    assert (await emptied.get(OWN)).json["data"] == []
    assert person.json["voice_config"]["active_provider"] == "fault_a"


@pytest.mark.parametrize("at", [SERVER, OWN])
async def test_pls_goes_both_ways(emptied: Stage, at: str) -> None:
    body = DOCUMENT.encode()
    written = await emptied.request("PUT", at, data=body, headers={**AS_PLS, "accept": MEDIA_TYPE})
    assert written.status == 200
    assert written.headers["content-type"].startswith(MEDIA_TYPE)
    assert (await emptied.get(at)).json["data"] == [XIAOMI]
    await put(emptied, at, [])
    again = await emptied.request("PUT", at, data=written.body, headers=AS_PLS)
    assert again.json["data"] == [XIAOMI]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        (MEDIA_TYPE, MEDIA_TYPE),
        (f"{MEDIA_TYPE}, */*;q=0.1", MEDIA_TYPE),
        (f"application/json, {MEDIA_TYPE};q=0.5", "application/json"),
        (f"{MEDIA_TYPE};q=0", "application/json"),
        (f"{MEDIA_TYPE};q=much", "application/json"),
    ],
)
async def test_the_caller_says_in_which_form(stage: Stage, accept: str, kind: str) -> None:
    answer = await stage.get(SERVER, headers={"accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == kind


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ([GIF, {"written": " ", "spoken": "x"}], "data.1.written"),
        ({"data": [{"written": "x"}]}, "data.0"),
        ([GIF, GIF], "data"),
        ([7], "data.0"),
        ({"entries": []}, "data"),
        ({"data": {}}, "data"),
        ({"data": [], "version": "1"}, "version"),
        ("x", "data"),
    ],
)
@pytest.mark.parametrize("at", [SERVER, OWN])
async def test_what_is_wrong_is_named(stage: Stage, at: str, body: Any, param: str) -> None:
    before = (await stage.get(at)).body
    refused = await put(stage, at, body)
    assert (refused.status, refused.error["param"]) == (400, param)
    assert refused.error["type"] == "invalid_request_error"
    assert (await stage.get(at)).body == before


async def test_what_is_no_lexicon_is_refused(stage: Stage) -> None:
    laughs = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + DOCUMENT
    for data, kind in (
        (b"{", "application/json"),
        (b"<a/>", MEDIA_TYPE),
        (laughs.encode(), MEDIA_TYPE),
        (b"a,b", "text/csv"),
    ):
        refused = await stage.request("PUT", SERVER, data=data, headers={"content-type": kind})
        assert refused.status == 400, kind
        assert refused.error["code"] == "invalid_request"


async def test_nobody_has_no_lexicon(stage: Stage) -> None:
    at = "/v1/personalities/nobody/lexicon"
    for answer in (await stage.get(at), await put(stage, at, [])):
        assert (answer.status, answer.error["code"]) == (404, "unknown_personality")


async def test_words_are_spoken_as_the_lexicon_says(emptied: Stage) -> None:
    """The providers here make a sound of some length for each character that they are given."""
    plain = await emptied.speak("A GIF.")
    await put(emptied, SERVER, [{"written": "GIF", "spoken": "very long word for it"}])
    longer = await emptied.speak("A GIF.")
    await put(emptied, OWN, [{"written": "GIF", "spoken": "G"}])
    shorter = await emptied.speak("A GIF.")
    assert len(shorter.body) < len(plain.body) < len(longer.body)
