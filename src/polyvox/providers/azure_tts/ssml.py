"""An utterance as Azure's SSML, and what Azure counts of it.

https://learn.microsoft.com/azure/ai-services/speech-service/speech-synthesis-markup-voice
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from polyvox.domain.capabilities import Voice
from polyvox.domain.language import best_match
from polyvox.domain.written import Part
from polyvox.provider import ssml
from polyvox.providers.azure_tts.settings import AzureSettings

_HAN = re.compile(
    "[\u2e80-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
"""Hanzi, kanji and hanja: the characters of Unicode's script Han."""


def document(spoken: str, voice: Voice) -> str:
    """``spoken``, which is SSML, said by ``voice``."""
    return (
        '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis"'
        ' xmlns:mstts="https://www.w3.org/2001/mstts"'
        f" xml:lang={ssml.attribute(voice.languages[0])}>"
        f"<voice name={ssml.attribute(voice.id)}>{spoken}</voice></speak>"
    )


def spoken_part(parts: Iterable[Part], language: str, voice: Voice, settings: AzureSettings) -> str:
    """What is inside ``<voice>``, with no more tags than pauses, lexicons and settings ask for: tags are billed."""
    said = ssml.with_breaks(parts)
    if prosody := _prosody(settings):
        said = f"<prosody{prosody}>{said}</prosody>"
    if settings.style:
        degree = f' styledegree="{settings.style_degree:g}"' if settings.style_degree != 1 else ""
        style = ssml.attribute(settings.style)
        said = f"<mstts:express-as style={style}{degree}>{said}</mstts:express-as>"
    locale = best_match(language, voice.languages)
    if locale and locale != voice.languages[0]:  # only a multilingual voice has another
        said = f"<lang xml:lang={ssml.attribute(locale)}>{said}</lang>"
    return said


def _prosody(settings: AzureSettings) -> str:
    rate = f' rate="{settings.rate:.4g}"' if settings.rate != 1 else ""
    pitch = f' pitch="{100 * (settings.pitch - 1):+.4g}%"' if settings.pitch != 1 else ""
    return rate + pitch


def billed_characters(spoken: str) -> int:
    """What Azure counts of the part inside ``<voice>``, at most.

    Documented: each code point of text and tags, spaces too, but not the tags ``<speak>`` and
    ``<voice>``; a Han character is two. Not documented: whether ``&amp;`` is one character or
    five. It is taken for five, so that an allowance is never overdrawn.
    """
    return len(spoken) + len(_HAN.findall(spoken))
