"""What would happen to a provider's turn in a chain, in words for people. Pure functions of facts."""

from __future__ import annotations

from dataclasses import dataclass

import langcodes

from polyvox.domain.remedy import Remedy
from polyvox.domain.speech import Exclusion, ExclusionCode
from polyvox.routing.plan import Candidate
from polyvox.services.quota_rows import QuotaRow

WORTH_SAYING = 80.0
"""Percent of a free tier from which on its use is told beside a provider that can speak."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """``told`` is a few words, ``reason`` and ``remedy`` whole sentences. ``code`` is that of the
    Exclusion, None for who would speak, with ``voice``; ``tier`` is the one it is charged under."""

    provider: str
    told: str
    code: ExclusionCode | None = None
    reason: str | None = None
    remedy: Remedy | None = None
    voice: str | None = None
    tier: str | None = None

    @property
    def speaks(self) -> bool:
        return self.code is None


def ready(place: int, candidate: Candidate, row: QuotaRow | None = None) -> Prospect:
    """The candidate at ``place`` (from 0) of a plan; ``row`` is the tier its voice is charged under."""
    said = "Speaks first" if place == 0 else "Ready if those before it fail"
    reason = None
    if candidate.stand_in_for is not None:
        said = f"{said}, in another voice"
        reason = (
            f"Its voice '{candidate.stand_in_for}' is not installed or does not speak this "
            f"language; '{candidate.voice}' stands in for it."
        )
    if row is not None and row.percent is not None and row.percent >= WORTH_SAYING:
        said = f"{said}; {_used(row)}"
    tier = row.tier if row else None
    return Prospect(candidate.provider, said, reason=reason, voice=candidate.voice, tier=tier)


def out(exclusion: Exclusion, language: str, row: QuotaRow | None = None) -> Prospect:
    """Who would be passed over for ``language``; ``row`` is the tier that stands in the way."""
    return Prospect(
        exclusion.provider,
        f"Out: {_why(exclusion.code, language, row)}",
        code=exclusion.code,
        reason=exclusion.reason,
        remedy=exclusion.remedy,
        tier=row.tier if row else None,
    )


def _why(code: ExclusionCode, language: str, row: QuotaRow | None) -> str:
    match code:
        case ExclusionCode.QUOTA:
            return _used(row) if row is not None else "free tier used up"
        case ExclusionCode.LANGUAGE:
            return f"no {langcodes.Language.get(language).display_name()}"
        case _:
            return _WHY[code]


_WHY = {
    ExclusionCode.NOT_INSTALLED: "not installed",
    ExclusionCode.DISABLED: "switched off for this personality",
    ExclusionCode.UNAVAILABLE: "not available",
    ExclusionCode.RESTING: "resting after failures",
    ExclusionCode.UNSUPPORTED_LANGUAGE: "cannot read the text",
    ExclusionCode.SAMPLE: "no sample",
    ExclusionCode.CONSENT: "nobody's consent to the sample",
    ExclusionCode.VOICE: "its voice is missing",
    ExclusionCode.SETTING: "a setting does not fit",
    ExclusionCode.FALLBACK_OFF: "fallback is off",
}


def _used(row: QuotaRow) -> str:
    if row.percent is None:
        return "no free characters"
    return f"{int(row.percent)} % of free tier used"  # rounded down: 100 means that all is gone
