"""Google's voices: what a voice's name says about it, and which of those listed can be used."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyvox.domain.capabilities import Voice
from polyvox.domain.language import normalize
from polyvox.errors import InvalidSetting
from polyvox.providers.google_tts.settings import PROVIDER_ID, GoogleSettings

if TYPE_CHECKING:
    from google.cloud import texttospeech_v1 as tts

SAMPLE_RATE = 24_000
"""Hz; asked of every voice, and native to nearly all."""
LOCALES = {"pt": "pt-PT", "fr-BE": "fr-FR", "fr-CH": "fr-FR", "fr-LU": "fr-FR"}
"""Where the nearest tag is not the one that is meant: likely subtags would give pt-BR and fr-CA."""
STREAMED_SETTINGS = frozenset({"speaking_rate"})
"""Those that a streamed request has a field for."""


@dataclass(frozen=True, slots=True)
class Family:
    """Voices of one model. ``fixed`` are the settings that they do not take; ``ssml`` whether they
    take breaks; ``longest_sentence`` the characters of one that the service takes as a whole."""

    name: str
    tier: str
    streams: bool = False
    fixed: frozenset[str] = frozenset()
    ssml: bool = True
    longest_sentence: int = 900

    def check(self, settings: GoogleSettings) -> None:
        """Raises InvalidSetting for one that these voices do not take."""
        for name in sorted(self.fixed & chosen(settings).keys()):
            free = ", ".join(f.name for f in FAMILIES.values() if name not in f.fixed)
            raise InvalidSetting(
                f"{self.name} voices of Google do not take {name}.",
                param=name,
                remedy=f"Leave it at its default, or choose a voice of {free}.",
            )


NO_PITCH = frozenset({"pitch"})
FAMILIES = {
    family.name: family
    for family in (
        # Google's reference and its page on pace control allow a speaking rate, its table of voices
        # does not: it is allowed here.
        Family(
            "Chirp3-HD",
            "chirp3_hd",
            streams=True,
            fixed=NO_PITCH,
            ssml=False,
            longest_sentence=300,  # reports of refusals name 310
        ),
        Family("Neural2", "neural2"),
        Family("Polyglot", "neural2"),
        Family("Wavenet", "standard"),
        Family("Standard", "standard"),
        Family("Studio", "studio", fixed=NO_PITCH),
    )
}
"""Best first, and last those that cost ten times as much."""
_RANKS = {name: rank for rank, name in enumerate(FAMILIES)}
_NAME = re.compile(rf"([a-z]{{2,3}}-\w{{2,4}})-({'|'.join(FAMILIES)})-\w+")


def family_of(voice_id: str) -> Family | None:
    """By the name; None for a voice whose model or price is not known here."""
    named = _NAME.fullmatch(voice_id)
    return FAMILIES[named[2]] if named else None


def language_code(voice_id: str) -> str:
    """Google's own tag of the voice's language, which differs from ours: ``cmn-CN`` for ``zh-CN``."""
    language, region, _ = voice_id.split("-", 2)
    return f"{language}-{region.upper()}"  # fil-PH, which a voice's name may have as fil-ph


def chosen(settings: GoogleSettings) -> dict[str, object]:
    """The settings that were changed, as fields of AudioConfig.

    The others are not sent: some voices refuse the very field.
    """
    return settings.model_dump(mode="json", exclude={"voice_name"}, exclude_defaults=True)


def listed_voices(listed: Iterable[tts.Voice]) -> list[Voice]:
    """Those of a known family, best first.

    Gemini's voices (``Kore`` without a language) come in the same list and need a model besides.
    """
    usable = [(family, voice) for voice in listed if (family := family_of(voice.name))]
    usable.sort(key=lambda pair: (_RANKS[pair[0].name], pair[1].name))
    return [_voice(voice, family) for family, voice in usable]


def _voice(listed: tts.Voice, family: Family) -> Voice:
    gender = listed.ssml_gender.name.lower()
    return Voice(
        listed.name,
        PROVIDER_ID,
        listed.name,
        languages=tuple(dict.fromkeys(map(normalize, listed.language_codes))),
        gender=gender if gender in ("female", "male", "neutral") else None,
        quality=family.name,
        sample_rate=SAMPLE_RATE,
        tier=family.tier,
    )
