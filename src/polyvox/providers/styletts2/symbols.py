"""The symbols that StyleTTS 2 reads, by number. The published checkpoints were trained with them."""

from __future__ import annotations

from typing import Final

_PUNCTUATION: Final = ';:,.!?¡¿—…"«»“” '
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_IPA: Final = (
    "ɑɐɒæɓʙβɔɕçɗɖðʤəɘɚɛɜɝɞɟʄɡɠɢʛɦɧħɥʜɨɪʝɭɬɫɮʟɱɯɰŋɳɲɴøɵɸθœɶʘɹɺɾɻʀʁɽʂʃʈʧʉʊʋⱱʌɣɤʍχʎʏʑʐʒʔʡʕʢǀǁǂǃ"
    "ˈˌːˑʼʴʰʱʲʷˠˤ˞↓↑→↗↘'\u0329'ᵻ"
)

PADDING: Final = 0
COUNT: Final = 178
"""Rows of the embedding: the apostrophe has two, of which the second is in use."""

IDS: Final = {symbol: number for number, symbol in enumerate(f"${_PUNCTUATION}{_LETTERS}{_IPA}")}
QUOTES: Final = frozenset(IDS[mark] for mark in '"«»“”')
SOUNDS: Final = frozenset(IDS[letter] for letter in _LETTERS + _IPA if letter.isalpha())
"""Those that stand for more than a pause, a stress or a length."""
IPA: Final = frozenset(_LETTERS + _IPA) - {"'"}
