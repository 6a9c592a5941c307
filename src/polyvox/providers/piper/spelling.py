"""Text to the numbers that a voice reads: piper's own phonemizers, kept from doing more than that."""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import onnxruntime
from piper import PiperVoice
from piper.config import PhonemeType, PiperConfig

from polyvox.text.phonemes import Sounds, in_letters
from polyvox.text.punctuation import CLOSERS, without_abbreviating_dots
from polyvox.text.segment import sentences

_LAST_MARKS = f".!?…{CLOSERS} \n"
_OPENING = re.compile(r"\[(?=\[)")
"""Piper reads ``[[ ]]`` as raw phonemes; in a user's text they are brackets."""

_MARKS = frozenset(" !\"#$'(),-.:;?^_")
"""Of a voice's map: they are no sounds."""


class Speller:
    """The phonemizer of one voice. May be used from several threads."""

    def __init__(self, config: Path) -> None:
        self.config = PiperConfig.from_dict(json.loads(config.read_bytes()))
        no_session = cast("onnxruntime.InferenceSession", None)  # phonemizing asks for none
        self._piper = PiperVoice(session=no_session, config=self.config)
        self._lock = threading.Lock()
        self._sounds: Sounds | None = None
        if self.config.phoneme_type is PhonemeType.ESPEAK and not self.config.vowel_clusters:
            known = frozenset(p for p in self.config.phoneme_id_map if p not in _MARKS)
            self._sounds = Sounds(known, "NFD", self._joined)

    def sentences(self, text: str) -> Iterator[list[int]]:
        """Phoneme ids of each sentence that holds any sound. Words of known sounds may be in ``text``
        (see ``text.phonemes``)."""
        with self._lock:  # some phonemizers build themselves when first used
            spelled = self._spelled(text)
        for phonemes in spelled:
            # Left out here, since the library would write them to the log.
            known = [p for p in phonemes if p in self.config.phoneme_id_map]
            if any(_sounds(p) for p in known):
                ids: list[int] = self._piper.phonemes_to_ids(known)
                yield ids

    def _spelled(self, text: str) -> list[list[str]]:
        letters = in_letters(text)
        if self._sounds is None or text == letters:
            return self._phonemes(letters)
        return [list(sentence) for sentence in self._sounds.spelled(text).split("\n")]

    def _phonemes(self, text: str) -> list[list[str]]:
        spelled: list[list[str]] = self._piper.phonemize(self._clauses(_plain(text)))
        return spelled

    def _joined(self, text: str) -> str:
        """Sentence by line; each phoneme of espeak-ng is one character."""
        return "\n".join("".join(sentence) for sentence in self._phonemes(text))

    def _clauses(self, text: str) -> str:
        """``text`` with full stops only where a sentence ends."""
        ended = []
        for sentence in sentences(text, self.config.espeak_voice):
            body = sentence.rstrip(_LAST_MARKS)
            ended.append(without_abbreviating_dots(body) + sentence[len(body) :])
        return "".join(ended)


def _plain(text: str) -> str:
    """Control characters to spaces (espeak refuses a NUL), double brackets apart."""
    spaced = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)
    return _OPENING.sub("[ ", spaced)


def _sounds(phoneme: str) -> bool:
    return any(unicodedata.category(c)[0] in "LN" for c in phoneme)
