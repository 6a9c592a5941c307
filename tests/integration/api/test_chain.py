"""What would happen at each link of a chain, and what is known of its providers, over HTTP."""

from __future__ import annotations

from tests.integration.api.client import Client, Stage


async def test_each_link_says_what_would_happen(stage: Stage) -> None:
    links = (await stage.get("/v1/personalities/ada/chain")).json["data"]
    assert [(link["provider"], link["speaks"], link["told"]) for link in links] == [
        ("fault_a", True, "Speaks first"),
        ("fault_b", True, "Ready if those before it fail"),
    ]
    assert links[0]["voice"] == "fault_a-voice"


async def test_the_language_may_be_another_one(stage: Stage) -> None:
    [first, _] = (await stage.get("/v1/personalities/ada/chain?language=ja")).json["data"]
    assert (first["speaks"], first["code"], first["told"]) == (
        False,
        "language",
        "Out: no Japanese",
    )


async def test_nobody_has_no_chain(stage: Stage) -> None:
    answer = await stage.get("/v1/personalities/nobody/chain")
    assert (answer.status, answer.error["code"]) == (404, "unknown_personality")
    answer = await stage.get("/v1/personalities/ada/chain?language=no%20tag")
    assert answer.status == 400


async def test_published_figures_are_told_apart_from_measured_ones(
    piper: Client, stage: Stage
) -> None:
    speech = {"input": "This is to be measured, whoever was heard before."}
    assert (await piper.post("/v1/audio/speech", json=speech)).status == 200
    found = (await piper.get("/v1/providers/piper")).json
    published = found["capabilities"]["published"]
    assert (published["quality"], published["speed"]) == (4, "under 1 s")
    assert published["source"]
    assert found["measured"]["first_audio_ms"] > 0
    assert found["measured"]["real_time_factor"] > 0
    assert (await piper.get("/v1/providers")).json["data"][0]["measured"] == found["measured"]
    unknown = (await stage.get("/v1/providers/gated")).json
    assert unknown["capabilities"]["published"] is None
