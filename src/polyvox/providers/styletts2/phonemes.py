"""Text to the symbols that StyleTTS 2 reads: espeak-ng's phonemes, with the punctuation between.

The checkpoints have learned from text in which every mark stands between spaces. A mark inside of
a number or an abbreviation is none: espeak-ng reads it as part of the word.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator

from polyvox.domain.capabilities import TextLimit
from polyvox.errors import Misconfigured
from polyvox.providers.styletts2.symbols import IDS, IPA, PADDING, QUOTES, SOUNDS
from polyvox.text.fit import pieces_within
from polyvox.text.phonemes import Sounds, stretches_of_words
from polyvox.text.punctuation import without_abbreviating_dots
from polyvox.text.script import without_foreign
from polyvox.text.segment import sentences

_ESPEAK = threading.Lock()
"""espeak-ng has one voice at a time."""

_DASH = re.compile(r"\s(?:-{1,3}|–|―)\s|--+")
_SAME = str.maketrans(
    {
        **dict.fromkeys("„‟「『", "“"),
        **dict.fromkeys("」』", "”"),
        **dict.fromkeys("‘’ʼ", "'"),
        **dict.fromkeys("，、،", ","),
        **dict.fromkeys("。．।॥۔", "."),
        **dict.fromkeys("()[]{}<>（）【】《》", " "),
        "‹": "«",
        "›": "»",
        "！": "!",
        "？": "?",
        "؟": "?",
        "；": ";",
        "؛": ";",
        "：": ":",
    }
)
"""Marks of other scripts and fonts → the table's; brackets are not in it."""

_MARK = re.compile(
    r'([;!?¡¿—…"«»“”]'
    r"|\.{2,}"
    r"|(?<!\d)[,:]|[,:](?!\d)"  # 1,000 and 10:30 are numbers
    r"""|\.(?=["»”'\s]*$))"""  # at the end of the sentence; others belong to abbreviations
)
_NO_SOUND = re.compile(r"\([^)]+\)|[.,:;!?]")
"""In espeak-ng's phonemes: where it goes over to another language and back, and signs of tones."""
_GLIDE = re.compile("(?<=[ːiɪ])ʲ")
"""Between two vowels: newer than the checkpoints. Behind a consonant it is a sound of its own."""


class Phonemizer:
    """Of one espeak-ng voice, such as ``en-us``. May be used from several threads.

    ``quotes``: False leaves quotation marks out, for checkpoints whose recordings had none.
    """

    def __init__(self, espeak_voice: str, *, quotes: bool = True) -> None:
        """Raises Misconfigured for a voice that espeak-ng does not have."""
        from piper import espeakbridge
        from piper.phonemize_espeak import ESPEAK_DATA_DIR

        self._espeak = espeakbridge
        self._voice = espeak_voice
        self._left_out = frozenset() if quotes else QUOTES
        self._sounds = Sounds(IPA, "NFC", self._joined)
        with _ESPEAK:
            espeakbridge.initialize(str(ESPEAK_DATA_DIR))
            try:
                espeakbridge.set_voice(espeak_voice)
            except (RuntimeError, ValueError) as error:
                raise Misconfigured(
                    f"espeak-ng has no voice '{espeak_voice[:40]}'.",
                    remedy="Name one of `espeak-ng --voices` in the model's manifest.toml.",
                ) from error

    def ids(self, text: str) -> list[int]:
        """Of a text of any length, the leading 0 included; none where it has nothing to say. Words of known
        sounds may be in it (see ``text.phonemes``)."""
        spelled = self._sounds.spelled(text)
        ids = [IDS[symbol] for symbol in spelled if symbol in IDS]
        ids = [number for number in ids if number not in self._left_out]
        return [PADDING, *ids] if SOUNDS.intersection(ids) else []

    def _joined(self, text: str) -> str:
        return " ".join(" ".join(self._spelled(text)).split())

    def pieces(self, text: str, longest: int) -> list[list[int]]:
        """The ids of ``text``, in as many parts as none needs more than ``longest``; cut at clauses,
        else words. None where there is nothing to say."""
        ids, text = self.ids(text), text.strip()
        if len(ids) <= longest or len(text) < 2:
            return [ids[:longest]] if ids else []
        half = TextLimit(characters=(len(text) + 1) // 2)
        parts = pieces_within(text, half, stretches_of_words(text))
        return [ids for part in parts for ids in self.pieces(part, longest)]

    def _spelled(self, text: str) -> Iterator[str]:
        """Phonemes and marks, in turns; espeak-ng would name the letters of a word in another script."""
        for sentence in sentences(without_foreign(_plain(text), self._voice), self._voice):
            marked = _DASH.sub(" — ", sentence).translate(_SAME)
            for part in _MARK.split(marked):
                if _MARK.fullmatch(part):
                    yield part
                elif not part.isspace():
                    yield self._phonemes(without_abbreviating_dots(part))

    def _phonemes(self, words: str) -> str:
        with _ESPEAK:
            self._espeak.set_voice(self._voice)
            clauses = self._espeak.get_phonemes(words)
        spoken = _NO_SOUND.sub("", " ".join(phonemes for phonemes, _, _ in clauses))
        return unicodedata.normalize("NFC", _GLIDE.sub("", spoken))


def _plain(text: str) -> str:
    """What can be handed to C: without halves of surrogate pairs, control characters as spaces."""
    whole = text.encode(errors="ignore").decode()
    return "".join(" " if unicodedata.category(c) == "Cc" and c != "\n" else c for c in whole)
