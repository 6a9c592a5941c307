"""Voices as Google lists them: by name, with its own language codes. A part of some hundreds."""

from __future__ import annotations

from collections.abc import Iterator

from google.cloud import texttospeech_v1 as tts

_CHIRP3 = """
    ar-XA bg-BG bn-IN cmn-CN cs-CZ da-DK de-DE el-GR en-AU en-GB en-IN en-US es-ES es-US et-EE fi-FI
    fr-CA fr-FR gu-IN he-IL hi-IN hr-HR hu-HU id-ID it-IT ja-JP kn-IN ko-KR lt-LT lv-LV ml-IN mr-IN
    nb-NO nl-BE nl-NL pl-PL pt-BR ro-RO ru-RU sk-SK sl-SI sr-RS sv-SE sw-KE ta-IN te-IN th-TH tr-TR
    uk-UA ur-IN vi-VN
"""
CHIRP3_LOCALES = _CHIRP3.split()
WITHOUT_CHIRP3 = ("ca-ES", "cmn-TW", "fil-PH", "ms-MY", "pt-PT", "yue-HK")
WITHOUT_WAVENET = ("yue-HK", "ca-ES")
FEMALE, MALE = tts.SsmlVoiceGender.FEMALE, tts.SsmlVoiceGender.MALE


def _voice(name: str, locale: str, gender: int) -> tts.Voice:
    return tts.Voice(
        name=name, language_codes=[locale], ssml_gender=gender, natural_sample_rate_hertz=24_000
    )


def _of(locale: str) -> Iterator[tts.Voice]:
    if locale in CHIRP3_LOCALES:
        yield _voice(f"{locale}-Chirp3-HD-Kore", locale, FEMALE)
        yield _voice(f"{locale}-Chirp3-HD-Puck", locale, MALE)
    yield _voice(f"{locale}-Standard-A", locale, FEMALE)
    if locale not in WITHOUT_WAVENET:
        yield _voice(f"{locale}-Wavenet-A", locale, FEMALE)


VOICES = sorted(
    [
        *(voice for locale in (*CHIRP3_LOCALES, *WITHOUT_CHIRP3) for voice in _of(locale)),
        _voice("en-US-Casual-K", "en-US", MALE),
        _voice("en-US-Chirp-HD-F", "en-US", FEMALE),
        _voice("en-US-Neural2-A", "en-US", MALE),
        _voice("en-US-Neural2-D", "en-US", MALE),
        _voice("en-US-News-K", "en-US", FEMALE),
        _voice("en-US-Polyglot-1", "en-US", MALE),
        _voice("en-US-Studio-O", "en-US", FEMALE),
        _voice("fil-ph-Neural2-A", "fil-PH", FEMALE),
        _voice("Kore", "en-US", FEMALE),  # Gemini's, which needs a model besides
    ],
    key=lambda voice: voice.name,
)
