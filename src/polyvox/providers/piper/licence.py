"""What may be done with the installed voices, by what their model cards say."""

from __future__ import annotations

import re
from collections.abc import Iterable

from polyvox.domain.capabilities import Licence
from polyvox.providers.piper.voices import InstalledVoice

CODE = "GPL-3.0-or-later"
_FREE = re.compile(
    r"\bcc[ -]?0\b|zero/1\.0|public domain|\bcc[ -]by(-sa)?(?![ -]*n[cd])|licenses/by(-sa)?/"
    r"|\bmit\b|\bapache",
    re.IGNORECASE,
)
"""Licences of recordings that allow commercial use."""
NOTE = (
    "piper-tts is under the GPL. The weights are as free as the recordings they were made from;"
    " most voices, joe among them, were trained on from the lessac voice, whose recordings were"
    " given out for research. Read a voice's MODEL_CARD before selling what it says."
)


def licence_of(voices: Iterable[InstalledVoice]) -> Licence:
    """Commercial use is stated only when every installed voice's card allows it."""
    stated = {v.id: v.licence or "not stated" for v in voices}
    weights = "; ".join(f"{voice}: {licence}" for voice, licence in sorted(stated.items()))
    free = bool(stated) and all(_FREE.search(licence) for licence in stated.values())
    return Licence(code=CODE, weights=weights or "varies by voice", commercial_use=free, note=NOTE)
