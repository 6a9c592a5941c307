"""Azure's list of voices: which it has, in which order, and which locale a bare tag means."""

from __future__ import annotations

from typing import Any

import langcodes
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_pascal

from polyvox.domain.capabilities import Voice
from polyvox.domain.language import normalize
from polyvox.providers.azure_tts.settings import PROVIDER_ID

NEURAL, NEURAL_HD = "neural", "neural_hd"
"""Tiers of tariff.toml."""
MEANT = {
    "pt": "pt-PT",  # the bare tag is Portugal's; those who mean Brazil say so
    "ar": "ar-EG",  # what Azure's multilingual voices take Arabic for
    "es-419": "es-MX",
}
"""The locale meant by a tag that several are equally near to, or that names none."""
USUAL = {
    "ar-EG-SalmaNeural",
    "ar-SA-ZariyahNeural",
    "bn-BD-NabanitaNeural",
    "bn-IN-TanishaaNeural",
    "cs-CZ-VlastaNeural",
    "de-DE-KatjaNeural",
    "en-AU-NatashaNeural",
    "en-GB-SoniaNeural",
    "en-IN-NeerjaNeural",
    "en-US-JennyNeural",
    "es-ES-ElviraNeural",
    "es-MX-DaliaNeural",
    "fil-PH-BlessicaNeural",
    "fr-CA-SylvieNeural",
    "fr-FR-DeniseNeural",
    "hi-IN-SwaraNeural",
    "hu-HU-NoemiNeural",
    "id-ID-GadisNeural",
    "it-IT-ElsaNeural",
    "ja-JP-NanamiNeural",
    "ko-KR-SunHiNeural",
    "ms-MY-YasminNeural",
    "nl-NL-FennaNeural",
    "pl-PL-AgnieszkaNeural",
    "pt-BR-FranciscaNeural",
    "pt-PT-RaquelNeural",
    "ru-RU-SvetlanaNeural",
    "sw-KE-ZuriNeural",
    "sw-TZ-RehemaNeural",
    "ta-IN-PallaviNeural",
    "te-IN-ShrutiNeural",
    "th-TH-PremwadeeNeural",
    "tr-TR-EmelNeural",
    "vi-VN-HoaiMyNeural",
    "zh-CN-XiaoxiaoNeural",
    "zh-HK-HiuMaanNeural",
    "zh-TW-HsiaoChenNeural",
}
"""The first voice of a locale where nobody chose one, if it is listed. None is multilingual: it
would be the first of other locales too."""


class _Listed(BaseModel):
    """An entry of ``GET /cognitiveservices/voices/list``, as far as it is used."""

    model_config = ConfigDict(alias_generator=to_pascal)

    short_name: str = Field(min_length=1)
    locale: str
    display_name: str = ""
    locale_name: str = ""
    gender: str = ""
    status: str = "GA"
    sample_rate_hertz: int | None = None
    secondary_locale_list: tuple[str, ...] = ()
    style_list: tuple[str, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """The voice's own locale first. Dialects such as zh-CN-henan are no BCP 47 tags."""
        locales = (self.locale, *self.secondary_locale_list)
        return tuple(dict.fromkeys(normalize(x) for x in locales if langcodes.tag_is_valid(x)))


def listed_voices(document: Any) -> list[Voice]:
    """The voices of Azure's list, best first. Raises pydantic's ValidationError.

    Left out are deprecated voices and those whose own locale is no language tag.
    """
    entries = [_Listed.model_validate(entry) for entry in document]
    kept = [e for e in entries if e.status != "Deprecated" and langcodes.tag_is_valid(e.locale)]
    return [_voice(entry) for entry in sorted(kept, key=_rank)]


def _rank(entry: _Listed) -> int:
    """The usual voices, further ones of one locale, multilingual ones, HD, those in preview."""
    if entry.status != "GA":
        return 4
    if is_hd(entry.short_name):
        return 3
    if len(entry.languages) > 1:
        return 2
    return 0 if entry.short_name in USUAL else 1


def is_hd(voice_id: str) -> bool:
    """Whether it names a base model, as HD voices do: ``en-US-Ava:DragonHDLatestNeural``."""
    return ":" in voice_id


def takes_prosody(voice: Voice) -> bool:
    """Documented for DragonHD and DragonHDOmni, and taken to hold for all of that name: they know
    no ``<prosody>``, so neither rate nor pitch."""
    return ":DragonHD" not in voice.id


def _voice(entry: _Listed) -> Voice:
    hd = is_hd(entry.short_name)
    preview = "" if entry.status == "GA" else ", in preview"
    return Voice(
        id=entry.short_name,
        provider=PROVIDER_ID,
        name=entry.display_name or entry.short_name,
        languages=entry.languages,
        gender=entry.gender.lower() or None,
        quality="neural hd" if hd else "neural",
        sample_rate=entry.sample_rate_hertz,
        description=f"{entry.locale_name}{preview}",
        tier=NEURAL_HD if hd else NEURAL,
        styles=entry.style_list,
    )
