"""Single characters: which are spoken, which only decorate, which carry meaning without being seen."""

from __future__ import annotations

import re
from typing import Final

import emoji

from polyvox.text.ornaments import plain_letters

_INVISIBLE: Final = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u200e\u200f\u202a-\u202e\u2060-\u2064"
    r"\u2066-\u206f\ufdd0-\ufdd7\ufdda-\ufddf\ufde8-\ufdef\ufe0e\ufe0f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Control characters, direction marks, soft hyphens, presentation selectors, halves of pairs."""

_SHAPED: Final = (
    r"\u0620-\u08ff\u0900-\u109f\u1780-\u18af\ua840-\ua9ff\uaa60-\uaaff\U00011000-\U0001ffff"
)
"""Scripts where a joiner or a word space of no width changes what is read (Arabic, Indic, Thai)."""

_IDLE_JOINER: Final = re.compile(
    rf"(?<![{_SHAPED}])[\u200b-\u200d\u180e]+|[\u200b-\u200d]+(?=\s|$)"
)

_SPOKEN_EMOJI: Final = frozenset("©®™‼⁉㊗㊙")
"""In Unicode's emoji list, yet words or punctuation when written plainly."""

_ORNAMENT: Final = re.compile(
    r"[\u2500-\u266c\u2670-\u2775\u2794-\u27bf\u2b05-\u2bff\ua9c1\ua9c2]|(?:^|(?<= ))[\u2190-\u21ff](?= )(?<!\w [^ ])"
)
"""Lines, boxes, stars and other signs that a voice would name by their number; an arrow where a line begins."""
_GONE: Final = "\ufdd0"
"""Stands for a removed emoji until the space around it is mended."""
_BEFORE_MARK: Final = re.compile(
    rf" ?{_GONE}[{_GONE} ]*(?=[.,;:!?…)\]}}。，！？、；：）」』।؟،]|$)", re.M
)
_KEYCAP: Final = re.compile(r"([0-9])\ufe0f?\u20e3")


def is_speakable(text: str) -> bool:
    """Whether there is at least one letter or digit to say."""
    return any(map(str.isalnum, text))


def tidy(text: str) -> str:
    """One line: emoji and invisible characters dropped, white space made single spaces."""
    if not text.isascii():
        text = plain_letters(" ".join(text.split()))
        text = _IDLE_JOINER.sub("", _without_emoji(text))
    return " ".join(_INVISIBLE.sub("", text).split())


def _without_emoji(text: str) -> str:
    text = emoji.replace_emoji(_KEYCAP.sub(r"\1", text), _spoken_or_gone)
    text = _ORNAMENT.sub(_GONE, text)
    return _BEFORE_MARK.sub("", text).replace(_GONE, " ")


def _spoken_or_gone(found: str, _: dict[str, str]) -> str:
    return found if found in _SPOKEN_EMOJI else _GONE
