"""``POST /v1/speech/tickets``, and the address it gives; reports of what is still being made."""

from __future__ import annotations

import asyncio

from polyvox_faulty.faults import Fault
from polyvox_faulty.written import heard

from tests.integration.api.client import Stage
from tests.integration.api.listener import Listener


async def test_a_ticket_is_spoken_and_has_its_report(stage: Stage) -> None:
    answer = await stage.post("/v1/speech/tickets", json=stage.body("Fetched, not sent."))
    assert answer.status == 201
    ticket = answer.json
    assert ticket["seconds"] == 60
    spoken = await stage.get(ticket["audio"], headers={"range": "bytes=0-"})
    assert (spoken.status, spoken.headers["content-type"]) == (200, "audio/pcm")
    assert spoken.headers["x-polyvox-speech-id"] == ticket["id"]
    assert heard(spoken.body)[0] == ["Fetched, not sent."]
    report = (await stage.get(ticket["report"])).json
    assert (report["id"], report["outcome"]) == (ticket["id"], "ok")


async def test_what_can_be_refused_is_refused_before_there_is_a_ticket(stage: Stage) -> None:
    unknown = await stage.post("/v1/speech/tickets", json=stage.body(voice="nobody-at-all"))
    assert (unknown.status, unknown.error["param"]) == (400, "voice")
    foreign = await stage.post("/v1/speech/tickets", json=stage.body(language="sw"))
    assert (foreign.status, foreign.error["code"]) == (400, "unsupported_language")


async def test_a_failure_of_all_is_a_status_and_told_among_the_failures(stage: Stage) -> None:
    stage.script(fault_a=[Fault.REFUSED], fault_b=[Fault.REFUSED])
    ticket = (await stage.post("/v1/speech/tickets", json=stage.body())).json
    assert (await stage.get(ticket["audio"])).status == 503
    assert (await stage.get(ticket["report"])).json["outcome"] == "failed"
    found = (await stage.get("/v1/failures", params={"personality": "ada", "limit": "1"})).json
    assert [(f["provider"], f["told"], f["instead"]) for f in found["data"]] == [
        ("fault_a", "Written fault_a would not speak this text. Nobody spoke in its place.", []),
        ("fault_b", "Written fault_b would not speak this text. Nobody spoke in its place.", []),
    ]
    assert {f["speech_id"] for f in found["data"]} == {ticket["id"]}


async def test_a_report_grows_with_its_reply(stage: Stage) -> None:
    with await asyncio.to_thread(Listener, stage.server.port) as listener:
        head = await asyncio.to_thread(listener.read_head)
        speech_id = head.casefold().split("x-polyvox-speech-id: ")[1].split("\r\n")[0]
        report = (await stage.get(f"/v1/speech/{speech_id}")).json
        assert report["outcome"] == "running"
        assert [a["outcome"] for a in report["segments"][0]["attempts"]] == ["running"]
        await asyncio.to_thread(listener.hang_up)
        await asyncio.to_thread(stage.gate.left.wait, 5)


async def test_the_statistics_are_there_as_a_sheet(stage: Stage) -> None:
    await stage.speak("For the statistics.")
    answer = await stage.get("/v1/stats.csv", params={"provider": "fault_a"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    headings, line = answer.body.decode().splitlines()
    row = dict(zip(headings.split(","), line.split(","), strict=True))
    assert (row["provider"], row["hour"], row["personality"]) == ("fault_a", "", "")
    told = (await stage.get("/v1/stats", params={"provider": "fault_a"})).json["data"][0]
    assert int(row["requests"]) == told["requests"] > 0
