"""Scene: a chain with each kind of exclusion, and the replies that it gives."""

from __future__ import annotations

from typing import Any

from polyvox.errors import Misconfigured
from tests.integration.kept.cast import failing
from tests.integration.kept.recorder import Recorder
from tests.integration.kept.scenes import scene
from tests.integration.kept.sound import form, recording
from tests.integration.kept.speaking import script, speak
from tests.support.server import RunningServer

AT = "/v1/personalities"
OUT = (
    *("gone", "away", "faulty", "broken", "fault_b", "needy", "german", "mute"),
    *("cloner", "copyist", "fault_charged", "tired"),
)
CONFIG: dict[str, Any] = {
    "active_provider": "clumsy",
    "fallback_chain": ["fault_a", *OUT],
    "providers": {
        "fault_a": {"voice_id": "lost"},
        "fault_b": {"enabled": False},
        "needy": {"supported_languages": ["de"]},
        "fault_charged": {"voice_id": "basic"},
    },
}


@scene("chains", quotas={"fault_charged": {"limits": {"basic": 0}}}, cache_max_mb=0)
async def chains(record: Recorder, server: RunningServer) -> None:
    await record.post("create", AT, json={"id": "ada", "name": "Ada", "voice_config": CONFIG})
    made = await record.post(
        "a sample without consent", f"{AT}/ada/samples", data=form(recording()), shown="<form>"
    )
    needed = {"copyist": {"voice_samples": [made.json["id"]]}}
    await record.patch("samples named", f"{AT}/ada", json={"voice_config": {"providers": needed}})
    script(server, "tired", failing(Misconfigured, "The key is wrong."))
    await speak(record, "tires one", voice="ada", provider="tired")
    await record.get("chain", f"{AT}/ada/chain")
    await record.get("chain in German", f"{AT}/ada/chain?language=de")
    await record.get("chain in Japanese", f"{AT}/ada/chain?language=ja")
    await record.get("languages of the personality", "/v1/languages?personality=ada")
    await speak(record, "speech with those who are out", voice="ada")
    await speak(record, "speech without fallback", voice="ada", fallback=False)
    await speak(record, "speech faster than it goes", voice="ada", speed=3)
    chain = ["away", "cloner", "fault_charged"]
    lone = {"active_provider": "gone", "fallback_chain": chain, "providers": CONFIG["providers"]}
    await record.post("create lone", AT, json={"id": "lone", "name": "Lo", "voice_config": lone})
    await record.get("chain of nobody who speaks", f"{AT}/lone/chain")
    await speak(record, "speech of nobody", voice="lone")
    await record.get("usage", "/v1/usage")
    await record.get("failures", "/v1/failures")
