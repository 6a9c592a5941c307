"""Which samples a document names for a provider."""

from __future__ import annotations

from typing import Any

from polyvox.console.assignment import assign, is_assigned
from polyvox.domain.voice_config import VoiceConfig

ONE, OTHER = "smp_" + "1" * 32, "smp_" + "2" * 32


def document(**chosen: Any) -> dict[str, Any]:
    return {"providers": {"xtts_v2": chosen} if chosen else {}}


def assigned(edited: dict[str, Any], sample: str) -> bool:
    return is_assigned(VoiceConfig.parse(edited), "xtts_v2", sample)


def test_samples_are_named_once_and_others_stay() -> None:
    edited = document()
    assert not assigned(edited, ONE)
    for sample in (ONE, OTHER, ONE):
        assign(edited, "xtts_v2", sample, wanted=True)
    assert edited["providers"]["xtts_v2"]["voice_samples"] == [OTHER, ONE]
    assign(edited, "xtts_v2", ONE, wanted=False)
    assert assigned(edited, OTHER)
    assert not assigned(edited, ONE)


def test_an_address_counts_where_no_sample_is_named_and_goes_with_its_sample() -> None:
    edited = document(voice_sample_url=f"polyvox://samples/{ONE}")
    assert assigned(edited, ONE)
    assign(edited, "xtts_v2", ONE, wanted=False)
    assert edited["providers"]["xtts_v2"]["voice_sample_url"] is None


def test_an_address_elsewhere_stays() -> None:
    edited = document(voice_sample_url="https://cdn.example/a.wav")
    assign(edited, "xtts_v2", ONE, wanted=True)
    assign(edited, "xtts_v2", ONE, wanted=False)
    assert edited["providers"]["xtts_v2"]["voice_sample_url"] == "https://cdn.example/a.wav"
