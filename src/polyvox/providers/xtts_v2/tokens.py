"""Text as XTTS's tokens: coqui's cleaners, and what they cannot take made fit for them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from polyvox.errors import Misconfigured, TextTooLong, UnsupportedLanguage
from polyvox.provider.packages import is_there
from polyvox.providers.xtts_v2.languages import LANGUAGES, TAGS
from polyvox.providers.xtts_v2.spelling import hindi, plain_digits, spelled

if TYPE_CHECKING:
    from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer

MAX_TOKENS = 401
"""Of one text: the model has no positions for more."""
logging.getLogger("TTS.tts.layers.xtts").setLevel(logging.ERROR)  # else it logs texts
_LOCK = threading.Lock()
"""The Japanese front end is one analyser, for one text at a time."""


def tokens(tokenizer: VoiceBpeTokenizer, text: str, language: str) -> list[int]:
    """The ids that coqui's own ``encode`` gives, for text that it would choke on too.

    ``tokenizer`` is the model's, ``language`` one of ``languages.TAGS``. May be called from any
    thread. Raises UnsupportedLanguage, TextTooLong, and Misconfigured for a missing package.
    """
    check_language(language)
    ids = _encoded(tokenizer, text, language)
    if len(ids) > MAX_TOKENS:
        raise TextTooLong(
            f"Spelled out, the text has {len(ids)} tokens; XTTS v2 takes {MAX_TOKENS} at once.",
            param="input",
            remedy="Send it in shorter sentences.",
        )
    return ids


def pieces(tokenizer: VoiceBpeTokenizer, text: str, language: str) -> Iterator[list[int]]:
    """The tokens of ``text``, whole or, where numbers spelled out make it too long, in halves.

    Raises UnsupportedLanguage, and Misconfigured for a missing package.
    """
    try:
        yield tokens(tokenizer, text, language)
    except TextTooLong:
        middle = len(text) // 2
        cut = text.rfind(" ", 1, middle + 1)
        cut = cut if cut > 0 else middle
        yield from pieces(tokenizer, text[:cut], language)
        yield from pieces(tokenizer, text[cut:], language)


def check_language(language: str) -> None:
    """Raises UnsupportedLanguage, or Misconfigured saying what to install for it."""
    known = LANGUAGES.get(language)
    if known is None:
        raise UnsupportedLanguage(
            f"XTTS v2 does not speak {language}, only {', '.join(TAGS)}.", param="language"
        )
    if not all(map(is_there, known.modules)):
        raise Misconfigured(
            f"XTTS v2 lacks a package to read {language} with.",
            remedy=f'Install it: pip install "polyvox[{known.extra}]"',
        )


def _encoded(tokenizer: VoiceBpeTokenizer, text: str, language: str) -> list[int]:
    """As ``tokenizer.encode``, which logs the beginnings of long texts."""
    written = text.encode(errors="ignore").decode()  # halves of surrogate pairs are no text
    cleaned = _cleaned(tokenizer, plain_digits(written.strip().lower()), language)
    for token in tokenizer.tokenizer.get_added_tokens_decoder().values():
        cleaned = cleaned.replace(token.content, token.content.strip("[]"))
    marked = f"[{LANGUAGES[language].name}]{cleaned}".replace(" ", "[SPACE]")
    ids: list[int] = tokenizer.tokenizer.encode(marked).ids
    return ids


def _cleaned(tokenizer: VoiceBpeTokenizer, text: str, language: str) -> str:
    """What can be spoken, in the letters that the model knows. Its cleaners raise whatever they do
    on numbers that they cannot say, and in Hindi on any; what is left then, they leave as it is."""
    fit = hindi(text) if language == "hi" else text
    with _LOCK:
        try:
            return str(tokenizer.preprocess_text(fit, language))
        except Exception:  # noqa: BLE001 - see above
            return str(tokenizer.preprocess_text(spelled(fit, language), language))
