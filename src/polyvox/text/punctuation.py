"""Punctuation of the world's scripts, as far as speech needs it."""

from __future__ import annotations

import re
from typing import Final

CLOSERS: Final = "\"'”’»)]}」』）】》〉›"
"""Marks that may follow the one that ends a sentence or clause."""

_TERMINALS: Final = frozenset(".!?…:;,‽。！？：；，、．।॥؟،؛۔։՜՞።፧፨፣፤၊။།༎។៕᠃᠉")

WIDE: Final = (
    r"\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3"
    r"\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003fffd"
)
"""Inside of a regular expression's character class: scripts of one syllable or word a character."""

_CLOSING: Final = rf"[{re.escape(CLOSERS)}]*"
_NOT_INSIDE_A_NUMBER: Final = r"(?!(?<=\d.)\d)"
_CLAUSE: Final = re.compile(
    rf"[,;:…՝፣፤፥၊]{_CLOSING}(?=\s|[{WIDE}])"  # these need room behind them: 1,000 and 3:30 have none
    rf"|[，；：、،؛—]{_NOT_INSIDE_A_NUMBER}{_CLOSING}"
    r"|(?<=\s)(?:-{1,3}|–)(?=\s)"
)

_COMMA: Final = {
    "zh": "，",
    "yue": "，",
    "ja": "、",
    "ar": "، ",
    "fa": "، ",
    "ur": "، ",
    "ps": "، ",
    "am": "፣ ",
    "ti": "፣ ",
    "my": "၊ ",
}
_FULL_STOP: Final = {
    "zh": "。",
    "yue": "。",
    "ja": "。",
    "hi": "।",
    "mr": "।",
    "ne": "।",
    "sa": "।",
    "bn": "।",
    "as": "।",
    "pa": "।",
    "or": "।",
    "ur": "۔",
    "hy": "։",
    "am": "።",
    "ti": "።",
    "my": "။",
    "km": "។",
    "bo": "།",
}


_ABBREVIATING_DOT: Final = re.compile(r"(?<![.\w])([^\W\d]\w*)\.(?=\s|$)")


def without_abbreviating_dots(part: str) -> str:
    """``part`` of one sentence, without its last mark, with ``Dr.`` and initials as ``Dr`` and letters:
    espeak-ng would end a clause there. It knows U.S. and e.g. by their dots, and 3. as a number."""
    return _ABBREVIATING_DOT.sub(r"\1", part)


def base_language(language: str) -> str:
    """``pt-BR`` → ``pt``."""
    return language.replace("_", "-").split("-")[0].lower()


def comma(language: str) -> str:
    """What separates two items of a list, with its space."""
    return _COMMA.get(base_language(language), ", ")


def full_stop(language: str) -> str:
    return _FULL_STOP.get(base_language(language), ".")


def is_ended(text: str) -> bool:
    """Whether ``text`` ends with a mark that makes a voice pause, closing quotes aside."""
    return text.rstrip().rstrip(CLOSERS).rstrip()[-1:] in _TERMINALS


def clause_ends(text: str) -> list[int]:
    """Where a clause ends inside ``text`` (behind its mark), in order; never inside a number."""
    return [m.end() for m in _CLAUSE.finditer(text) if m.end() < len(text.rstrip())]
