"""Where a word ends in running text: what is whole, and what is only part of a longer one."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from polyvox.text.punctuation import base_language

_UNSPACED: Final = re.compile(
    r"[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    r"\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003fffd]"
)
"""Of scripts that put no space between words: where a word ends there, only a dictionary knows."""
_HANGUL: Final = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
_APOSTROPHES: Final = "'’ʼ"
_JOINING: Final = f".&@{_APOSTROPHES}"
"""Between two letters they make one word of both: AT&T, node.js, don't."""
_IN_NUMBERS: Final = ".,:/-"
_ENDING: Final = re.compile(rf"[{_APOSTROPHES}]([^\W\d_]{{1,8}})(?![\w{_APOSTROPHES}])")
_ENGLISH_ENDINGS: Final = frozenset(["d", "ll", "re", "ve", "m"])
_ANY_ENDING: Final = frozenset(["tr", "az", "pl", "cs", "fi", "et", "ru"])
"""Languages that put their endings behind a foreign name and an apostrophe: Xiaomi'nin."""
_ELIDING: Final = frozenset(["fr", "it", "ca", "oc"])
"""Languages whose articles lose their vowel before a word: l'iPhone."""


def begins(text: str, start: int, language: str) -> bool:
    """Whether a word may begin at ``start``."""
    if start == 0:
        return True
    before, first = text[start - 1], text[start]
    if _is_mark(first):
        return False
    if _is_word(before):
        return _parted(before, first)
    if before not in _JOINING + _IN_NUMBERS or start < 2 or not _is_word(text[start - 2]):
        return True
    if before in _APOSTROPHES:
        return base_language(language) in _ELIDING
    if before in _JOINING and _is_word(first):
        return False
    return not (first.isdecimal() and text[start - 2].isdecimal())


def ends(text: str, end: int) -> bool:
    """Whether a word may end at ``end``; an ending behind an apostrophe is another question."""
    if end == len(text):
        return True
    last, after = text[end - 1], text[end]
    if _is_mark(after) or (_is_word(after) and not (_is_word(last) and _parted(last, after))):
        return _UNSPACED.match(after) is not None and not _is_mark(after)
    following = text[end + 1 : end + 2]
    if after in _JOINING and following and _is_word(following):
        return False
    if after in "+#" and _is_word(last):
        return bool(following) and _is_word(following)
    return not (after in _IN_NUMBERS and last.isdecimal() and following.isdecimal())


def ending(text: str, end: int, language: str) -> str:
    """What is bound to the word before ``end`` by an apostrophe: ``'s``; "" where nothing is."""
    found = _ENDING.match(text, end)
    if found is None:
        return ""
    base, letters = base_language(language), found[1].casefold()
    bound = letters == "s" or (base == "en" and letters in _ENGLISH_ENDINGS) or base in _ANY_ENDING
    return found.group() if bound else ""


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_" or _is_mark(character)


def _is_mark(character: str) -> bool:
    return not character.isascii() and unicodedata.category(character)[0] == "M"


def _parted(a: str, b: str) -> bool:
    """Whether two characters that touch, of which ``a`` is a word's, are of two words."""
    if _UNSPACED.match(a) or _UNSPACED.match(b):
        return True
    return _is_word(b) and (_HANGUL.match(a) is None) != (_HANGUL.match(b) is None)
