"""Scene: personalities, their chains, and all that can be wrong with a wish."""

from __future__ import annotations

from typing import Any

from tests.integration.kept.recorder import Recorder
from tests.integration.kept.scenes import scene
from tests.support.server import RunningServer

AT = "/v1/personalities"
ADA: dict[str, Any] = {
    "id": "ada",
    "name": "Ada",
    "description": "A guide.",
    "voice_config": {
        "active_provider": "fault_a",
        "fallback_chain": ["fault_b"],
        "providers": {"fault_a": {"voice_id": "fault_a-voice", "settings": {"speed": 1.5}}},
        "languages": {"primary": "en", "supported": ["de"]},
    },
}


@scene("personalities")
async def personalities(record: Recorder, _: RunningServer) -> None:
    await record.post("create", AT, json=ADA)
    await record.get("list", AT)
    await record.get("get", f"{AT}/ada")
    body = {"name": "Ada B.", "voice_config": ADA["voice_config"], "version": 1}
    await record.call("replace", "PUT", f"{AT}/ada", json=body)
    speed = {"providers": {"fault_a": {"settings": {"speed": None}}}}
    changed = {"voice_config": speed, "description": None}
    await record.patch("patch", f"{AT}/ada", json=changed, headers={"if-match": '"2"'})
    await record.post("switch", f"{AT}/ada/switch", json={"provider": "fault_b"})
    await record.get("switches", f"{AT}/ada/switches?limit=5")
    await _refused(record)
    await record.delete("delete", f"{AT}/ada")
    await record.delete("delete one that is gone", f"{AT}/ada")


async def _refused(record: Recorder) -> None:
    await record.post("create: exists", AT, json=ADA)
    await record.post("create: a bad id", AT, json={**ADA, "id": "Not One"})
    await record.post("create: nothing", AT, json={})
    await record.post("create: no JSON", AT, data=b"{", shown="{")
    wrong: dict[str, dict[str, Any]] = {
        "a setting out of range": {"providers": {"fault_a": {"settings": {"speed": 9}}}},
        "an unknown setting": {"providers": {"fault_a": {"settings": {"pitch": 1}}}},
        "no such sample": {
            "providers": {"cloner": {"voice_sample_url": f"polyvox://samples/smp_{'0' * 32}"}}
        },
        "a bad language": {"languages": {"primary": "klingon!"}},
    }
    for name, config in wrong.items():
        await record.patch(f"patch: {name}", f"{AT}/ada", json={"voice_config": config})
    await record.get("get: nobody", f"{AT}/nobody")
    await record.get("chain: nobody", f"{AT}/nobody/chain")
    await record.patch("patch: nobody", f"{AT}/nobody", json={"name": "x"})
    for name, tag in {"a stale version": '"1"', "no tag": "tuesday"}.items():
        headers = {"if-match": tag}
        await record.patch(f"patch: {name}", f"{AT}/ada", json={"name": "x"}, headers=headers)
    stale = {"provider": "fault_a", "version": 1}
    await record.post("switch: a stale version", f"{AT}/ada/switch", json=stale)
    await record.post("switch: nobody", f"{AT}/ada/switch", json={"provider": "nobody"})
    await record.get("switches: a bad limit", f"{AT}/ada/switches?limit=0")
