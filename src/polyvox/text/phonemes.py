"""Words whose sounds are known, in a text that espeak-ng spells.

Such a word travels in the text itself. For espeak-ng another word stands in its place, so that all around
it is read as in any sentence; what espeak-ng makes of that word is then replaced by the sounds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from polyvox.domain.written import Part, Pause, Pronunciation, Style
from polyvox.text.stretches import Stretches

_OPEN, _BETWEEN, _CLOSE = "\ufdd1", "\ufdd2", "\ufdd3"
"""Characters of no text (https://www.unicode.org/faq/private_use.html#noncharacters)."""
_WORD: Final = re.compile(f"{_OPEN}([^{_OPEN}-{_CLOSE}]*){_BETWEEN}([^{_OPEN}-{_CLOSE}]*){_CLOSE}")
_STANDING_IN: Final = {False: "Kabokabo", True: "Obokabo"}
"""By whether its first sound is a vowel's, on which the article before it depends."""
_VOWELS: Final = frozenset("aeiouyæøœɐɑɒɔəɘɚɛɜɝɞɤɨɪɯɵɶʉʊʌʏᵻᵿ")
_STRESS: Final = "ˈˌ"
_SILENT: Final = frozenset(".|‖‿ \u0361\u035c")
"""Borders of syllables and phrases, and the bows that tie two letters to one sound."""
_ESPEAKS: Final = str.maketrans({"g": "ɡ", "ʧ": "tʃ", "ʤ": "dʒ", "ʦ": "ts", "ʣ": "dz"})
"""Other ways to write a sound → espeak-ng's, which engines have learned."""
_SAME: Final = {"ɝ": "ɜ˞", "ɚ": "ə˞"}

Form = Literal["NFC", "NFD"]


def in_band(parts: Iterable[Part]) -> list[str | int]:
    """Texts and pauses (ms), words of known sounds inside the texts; of styles espeak-ng knows none."""
    said: list[str | int] = []
    for part in parts:
        if isinstance(part, Pause):
            said.append(part.ms)
            continue
        if isinstance(part, Style):
            continue
        text = _in_band(part) if isinstance(part, Pronunciation) else part
        if said and isinstance(said[-1], str):
            said[-1] += text
        else:
            said.append(text)
    return said


def _in_band(word: Pronunciation) -> str:
    return f"{_OPEN}{word.spoken}{_BETWEEN}{word.ipa}{_CLOSE}" if word.ipa else word.spoken


def in_letters(text: str) -> str:
    """``text`` with such words as they are respelled."""
    return _WORD.sub(r"\1", text) if _OPEN in text else text


def stretches_of_words(text: str) -> Stretches:
    """Where such words are, which may not be cut."""
    spans = [match.span() for match in _WORD.finditer(text)]
    return Stretches(tuple(start for start, _ in spans), tuple(end for _, end in spans))


@dataclass(frozen=True, slots=True)
class Sounds:
    """Which ``known`` sounds an engine has, each a character of Unicode's ``form``; ``spell`` gives
    espeak-ng's phonemes of a text in that form."""

    known: Container[str]
    form: Form
    spell: Callable[[str], str]

    def spelled(self, text: str) -> str:
        """Phonemes of ``text``. A word with a sound that the engine lacks is spelled by its letters."""
        if _OPEN not in text:
            return self.spell(text)
        text = _WORD.sub(lambda word: word.group() if self._ipa(word[2]) else word[1], text)
        sounds = [self._ipa(word[2]) for word in _WORD.finditer(text)]
        vowels = [_VOWELS.intersection(ipa[:1]) != set() for ipa in map(_unstressed, sounds)]
        standing_in = iter(vowels)
        phonemes = self.spell(_WORD.sub(lambda _: _STANDING_IN[next(standing_in)], text))
        patterns = {vowel: _pattern(self.spell(name)) for vowel, name in _STANDING_IN.items()}
        found = list(re.finditer(f"(?P<vowel>{patterns[True]})|{patterns[False]}", phonemes))
        if [match["vowel"] is not None for match in found] != vowels:
            return self.spell(in_letters(text))  # espeak-ng reads them otherwise in this language
        parts, at = [], 0
        for match, ipa in zip(found, sounds, strict=True):
            parts += [phonemes[at : match.start()], ipa]
            at = match.end()
        return "".join([*parts, phonemes[at:]])

    def _ipa(self, ipa: str) -> str:
        """In sounds that the engine has; "" where it lacks one."""
        said = []
        for sign in unicodedata.normalize(self.form, ipa).translate(_ESPEAKS):
            if sign in self.known and sign not in _SILENT:
                said.append(sign)
            elif sign not in _SILENT:
                same = _SAME.get(sign, "")
                if not same or any(each not in self.known for each in same):
                    return ""
                said.append(same)
        return "".join(said)


def _unstressed(ipa: str) -> str:
    return ipa.lstrip(_STRESS)


def _pattern(phonemes: str) -> str:
    """Of phonemes, however they are stressed."""
    letters = [re.escape(c) for c in phonemes if c.isalpha() and c not in _STRESS]
    between = f"[{_STRESS}]*"
    return between + between.join(letters)
