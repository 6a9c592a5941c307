"""What Google is sent for an utterance: one call, or several where a sentence is too long for it."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from polyvox.domain.audio import AudioChunk
from polyvox.domain.capabilities import TextLimit
from polyvox.provider import ssml
from polyvox.provider.base import Utterance
from polyvox.providers.google_tts.client import Input
from polyvox.providers.google_tts.error_map import SentenceTooLong
from polyvox.providers.google_tts.settings import GoogleSettings
from polyvox.providers.google_tts.voices import Family

MAX_BYTES = 5_000
"""Longest text, in bytes of UTF-8. Google raises it for nobody."""
Ask = Callable[[Input], AsyncGenerator[AudioChunk, None]]


def inputs(utterance: Utterance[GoogleSettings], family: Family) -> list[Input]:
    """SSML where there are pauses, or words of a lexicon, and the voice takes them; else texts, whose sentences are no longer
    than the voice takes."""
    if utterance.parts and family.ssml:
        document = f"<speak>{ssml.with_breaks(utterance.parts)}</speak>"
        if len(document.encode()) <= MAX_BYTES:
            return [{"ssml": document}]
    text, language = utterance.text, utterance.language
    if len(text) <= family.longest_sentence:
        return [{"text": text}]
    from polyvox.text.segment import sentences  # loads a library, for long texts only

    if all(len(s) <= family.longest_sentence for s in sentences(text, language)):
        return [{"text": text}]
    return [{"text": piece} for piece in _cut(text, language, family.longest_sentence)]


async def spoken(
    utterance: Utterance[GoogleSettings], family: Family, ask: Ask
) -> AsyncGenerator[AudioChunk, None]:
    """The audio of ``utterance``. What is refused as too long is cut in two and asked for once more.
    Raises what ``ask`` raises."""
    for said in inputs(utterance, family):
        heard = False
        try:
            async with aclosing(ask(said)) as chunks:
                async for chunk in chunks:
                    heard = True
                    yield chunk
        except SentenceTooLong:
            if heard:
                raise
            text = said.get("text", utterance.text)
            for half in _halves(text, utterance.language):
                async with aclosing(ask({"text": half})) as chunks:
                    async for chunk in chunks:
                        yield chunk


def _halves(text: str, language: str) -> list[str]:
    """Two, of about one length."""
    most = math.ceil(len(text) * 2 / 3)
    first, *others = _cut(text, language, most)
    return [first, text[text.index(first) + len(first) :].strip()] if others else [first]


def _cut(text: str, language: str, most: int) -> list[str]:
    """At the best clause or word."""
    from polyvox.text.fit import pieces_within
    from polyvox.text.stretches import stretches

    pieces = pieces_within(text, TextLimit(characters=most), stretches(text, language))
    return [stripped for piece in pieces if (stripped := piece.strip())]
