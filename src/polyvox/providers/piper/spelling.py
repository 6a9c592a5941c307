"""Text to the numbers that a voice reads: piper's own phonemizers, kept from doing more than that."""

from __future__ import annotations

import logging
import re
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast

import onnxruntime
from piper import PiperVoice
from piper.config import PhonemeType, PiperConfig

from polyvox.domain.language import script_name
from polyvox.errors import Refused
from polyvox.providers.piper.config import ESPEAK, TEXT, g2pw_of, language_of, read_config
from polyvox.providers.piper.letters import known_letters, sample_of
from polyvox.text.characters import is_speakable
from polyvox.text.phonemes import Sounds, in_letters
from polyvox.text.punctuation import CLOSERS, base_language, without_abbreviating_dots
from polyvox.text.script import script_of, without_foreign
from polyvox.text.segment import sentences

_LAST_MARKS = f".!?…{CLOSERS} \n"
_OPENING = re.compile(r"\[(?=\[)")
"""Piper reads ``[[ ]]`` as raw phonemes; in a user's text they are brackets."""

_MARKS = frozenset(" !\"#$'(),-.:;?^_")
"""Of a voice's map: they are no sounds."""


SAMPLE: Final = "0 1 2 3 4 5 6 7 8 9"
"""What a voice is measured with: every language has words for it. Takes three seconds of audio; its
peak is that of the voice's median sentence (joe: 0.49 against 0.49)."""
_UNREAD_BY_ESPEAK: Final = {"ja": "Hani", "ko": "Hani"}
"""Letters of a language that espeak-ng has but names for."""
logging.getLogger("piper.phonemize_japanese").setLevel(logging.CRITICAL + 1)  # it quotes the text


class Speller:
    """The phonemizer of one voice. May be used from several threads."""

    def __init__(self, config: Path) -> None:
        """Raises OSError, ValueError for a config that cannot be used."""
        whole = read_config(config)
        self.config = PiperConfig.from_dict(whole)
        self._kind: str = whole["phoneme_type"]
        self._language = language_of(whole) or "und"
        no_session = cast("onnxruntime.InferenceSession", None)  # phonemizing asks for none
        models = (g2pw_of(config.parent) or config).parent
        self._piper = PiperVoice(session=no_session, config=self.config, download_dir=models)
        self._lock = threading.Lock()
        self._sounds: Sounds | None = None
        if self.config.phoneme_type is PhonemeType.ESPEAK and not self.config.vowel_clusters:
            known = frozenset(p for p in self.config.phoneme_id_map if p not in _MARKS)
            self._sounds = Sounds(known, "NFD", self._joined)

    def sentences(self, text: str) -> Iterator[list[int]]:
        """Phoneme ids of each sentence that holds any sound; words of other scripts are left out. Words of
        known sounds may be in ``text`` (see ``text.phonemes``).

        Raises Refused for a text with letters that the voice has no sounds for.
        """
        readable = text
        if in_letters(text) == text:  # sounds are written in letters of several scripts
            plain = _plain(text)
            readable = without_foreign(plain, self._language)
            if readable != plain and not is_speakable(readable):
                return  # of a mark alone espeak-ng says the name
        for phonemes in self._spelled(readable):
            # Left out here, since the library would write them to the log.
            known = [p for p in phonemes if p in self.config.phoneme_id_map]
            if any(_sounds(p) for p in known):
                ids: list[int] = self._piper.phonemes_to_ids(known)
                yield ids

    def sample(self) -> list[int] | None:
        """Phoneme ids of what the voice is measured with; None where it has no sounds for it."""
        text = sample_of(self.config.phoneme_id_map) if self._kind == TEXT else SAMPLE
        return next(self.sentences(text), None)

    def _spelled(self, text: str) -> list[list[str]]:
        letters = in_letters(text)
        if self._kind == TEXT:
            return [known_letters(letters, self.config.phoneme_id_map)]
        unread = _UNREAD_BY_ESPEAK.get(base_language(self._language))
        if self._kind == ESPEAK and unread and any(script_of(c) == unread for c in letters):
            raise Refused(f"The voice cannot read {script_name(unread)} letters.")
        with self._lock:  # some phonemizers build themselves when first used
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
