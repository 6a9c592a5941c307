"""IBM's list of voices, as Polyvox has it."""

from __future__ import annotations

from typing import Any

import langcodes
from pydantic import BaseModel

from polyvox.domain.capabilities import Voice
from polyvox.domain.language import normalize
from polyvox.providers.ibm_watson.settings import PROVIDER_ID

TIER = "lite"
"""The tariff's only one: the plan counts all voices alike."""
LATIN_AMERICA = {"es-LA": "es-419"}
"""IBM's name of a region that BCP 47 numbers; to it, LA is Laos."""
LOCALES = {
    **LATIN_AMERICA,
    # The French of Europe, which is nearer to that of France than to that of Canada.
    **dict.fromkeys(("fr-BE", "fr-CH", "fr-LU", "fr-MC"), "fr-FR"),
}
"""What is meant by tags for which the nearest tag is not the best one."""
KINDS = ("Natural", "Expressive", "V3Voice")
"""How names of voices end, best first; others are older than all of these."""


class _Listed(BaseModel):
    name: str
    language: str
    gender: str | None = None
    description: str = ""


class _Listing(BaseModel):
    voices: tuple[_Listed, ...]


def listed_voices(document: Any) -> list[Voice]:
    """The voices of a ``GET /v1/voices``, best first. Raises pydantic's ValidationError."""
    listed = _Listing.model_validate(document).voices
    voices = {entry.name: _voice(entry) for entry in listed if _is_spoken(entry)}
    # By name as well: the service lists them in any order.
    return sorted(voices.values(), key=lambda voice: (_rank(voice.id), voice.id))


def _is_spoken(entry: _Listed) -> bool:
    return bool(entry.name) and langcodes.tag_is_valid(entry.language)


def _voice(entry: _Listed) -> Voice:
    rank = _rank(entry.name)
    return Voice(
        entry.name,
        PROVIDER_ID,
        _first_name(entry.name),
        languages=(LATIN_AMERICA.get(entry.language) or normalize(entry.language),),
        gender=entry.gender,
        quality=KINDS[rank].removesuffix("Voice") if rank < len(KINDS) else None,
        description=entry.description,
        tier=TIER,
    )


def _first_name(name: str) -> str:
    """``Ellie Natural`` out of ``en-US_EllieNatural``."""
    own = name.rpartition("_")[2]
    for kind in KINDS:
        if own.endswith(kind):
            return f"{own.removesuffix(kind)} {kind.removesuffix('Voice')}"
    return own.removesuffix("Voice")


def _rank(name: str) -> int:
    return next((i for i, kind in enumerate(KINDS) if name.endswith(kind)), len(KINDS))
