"""What a person needs to know of one provider to choose it, in words. Without NiceGUI."""

from __future__ import annotations

from dataclasses import dataclass

import langcodes

from polyvox.domain.capabilities import Availability, Capabilities, Licence, SampleNeeds, State
from polyvox.services.overview import Measured, ProviderFacts
from polyvox.services.prospects import Prospect
from polyvox.services.quota_rows import QuotaRow

NAMED = 4
"""Languages that are named; the others are counted."""
STARS = 5


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a card. ``source`` tells figures by others from those of this machine."""

    name: str
    value: str
    source: str = ""
    spoken: str = ""
    """What is read out instead of ``value``, where that is a picture."""


def facts_of(provider: ProviderFacts, prospect: Prospect | None) -> list[Fact]:
    """In the order of the card; what is not known is left out."""
    able = provider.capabilities
    if able is None:
        return []
    lines = [
        _quality(able),
        _speed(able, provider.measured),
        Fact("Languages", languages_in_words(able.languages, provider.availability)),
        Fact("Voice cloning", cloning_in_words(able.cloning)),
        _free(provider.tiers, prospect.tier if prospect else None),
        Fact("Licence", licence_in_words(able.licence)),
    ]
    return [line for line in lines if line is not None]


def _quality(able: Capabilities) -> Fact | None:
    told = able.published
    if told is None or told.quality is None:
        return None
    stars = "★" * told.quality + "☆" * (STARS - told.quality)
    return Fact("Quality", stars, "published", f"{told.quality} of {STARS}")


def _speed(able: Capabilities, measured: Measured | None) -> Fact | None:
    if measured is not None:
        return Fact("Speed", speed_in_words(measured), "measured here")
    told = able.published
    if told is None or told.speed is None:
        return Fact("Speed", "not measured yet")
    return Fact("Speed", told.speed, "published")


def speed_in_words(measured: Measured) -> str:
    said = f"first audio after {_seconds(measured.first_audio_ms / 1000)}"
    factor = measured.real_time_factor
    if factor is None:
        return said
    return f"{said}; a second of speech takes {_seconds(factor)}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"


def languages_in_words(tags: tuple[str, ...], availability: Availability) -> str:
    """How many, by the language itself and not by region, and some of them."""
    names = list(dict.fromkeys(langcodes.Language.get(tag).language_name() for tag in tags))
    if not names:
        return "none yet" if availability.state is State.READY else "listed once it can be used"
    if len(names) <= NAMED:
        return ", ".join(names)
    ahead = sorted(names, key=lambda name: name != "English")[: NAMED - 1]
    return f"{len(names)}: {', '.join(ahead)} and {len(names) - len(ahead)} more"


def cloning_in_words(needs: SampleNeeds | None) -> str:
    if needs is None:
        return "no, ready-made voices only"
    said = f"yes, from a sample of {needs.min_s:g} to {needs.max_s:g} s"
    return said if needs.required else f"{said}, or a ready-made voice"


def _free(tiers: tuple[QuotaRow, ...], charged: str | None) -> Fact | None:
    """Of the tier that the personality's voice is charged under, else of all that give anything."""
    shown = [row for row in tiers if row.tier == charged] or [row for row in tiers if row.limit]
    if not shown:
        return None
    left = "; ".join(f"{row.remaining:,} of {row.limit:,} characters ({row.name})" for row in shown)
    return Fact("Left this month", left)


def licence_in_words(licence: Licence) -> str:
    use = "commercial use allowed" if licence.commercial_use else "no commercial use"
    terms = dict.fromkeys((licence.code, licence.weights))
    named = " and ".join(terms) if len(terms) == 1 else f"{licence.code}, voices {licence.weights}"
    return f"{use} ({named})"
