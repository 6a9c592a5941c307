"""An utterance as Azure's SSML, and what Azure counts of it.

https://learn.microsoft.com/azure/ai-services/speech-service/speech-synthesis-markup-voice
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from polyvox.domain.capabilities import Voice
from polyvox.domain.language import best_match
from polyvox.domain.written import NEUTRAL, Part, Pause, Pronunciation, Style
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


def without_pauses(parts: Sequence[Part], text: str) -> tuple[Part, ...]:
    """``parts`` of ``text`` for a voice that makes no pauses of a length, and takes no sounds."""
    if not any(isinstance(part, Style) for part in parts):
        return (text,)
    said: list[Part] = []
    gap = ""
    for part in parts:
        if isinstance(part, Pause):
            gap = " "
            continue
        spoken = part.spoken if isinstance(part, Pronunciation) else part
        if isinstance(spoken, str) and said and isinstance(said[-1], str):
            said[-1] += gap + spoken
        else:
            said.append(spoken)
        gap = ""
    return tuple(said)


def spoken_part(parts: Iterable[Part], language: str, voice: Voice, settings: AzureSettings) -> str:
    """What is inside ``<voice>``, with no more tags than the text and settings ask for: tags are billed."""
    runs = _runs(parts, voice, settings)
    said = " ".join(_expressed(ssml.with_breaks(run), style, settings) for style, run in runs)
    locale = best_match(language, voice.languages)
    if locale and locale != voice.languages[0]:  # only a multilingual voice has another
        said = f"<lang xml:lang={ssml.attribute(locale)}>{said}</lang>"
    return said


def _runs(
    parts: Iterable[Part], voice: Voice, settings: AzureSettings
) -> list[tuple[str | None, list[Part]]]:
    """``parts`` by the style that they are spoken in: the text's, which the voice must have, else the
    setting's."""
    runs: list[tuple[str | None, list[Part]]] = [(settings.style, [])]
    for part in parts:
        if not isinstance(part, Style):
            runs[-1][1].append(part)
            continue
        style = settings.style if part.name == NEUTRAL else part.name
        if style in voice.styles or style == settings.style:
            runs.append((style, []))
    return [run for run in runs if run[1]]


def _expressed(said: str, style: str | None, settings: AzureSettings) -> str:
    if prosody := _prosody(settings):
        said = f"<prosody{prosody}>{said}</prosody>"
    if style:
        degree = f' styledegree="{settings.style_degree:g}"' if settings.style_degree != 1 else ""
        named = ssml.attribute(style)
        said = f"<mstts:express-as style={named}{degree}>{said}</mstts:express-as>"
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
