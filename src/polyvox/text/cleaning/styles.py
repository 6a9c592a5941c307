"""Ways to speak that language models write between brackets: marks in one neutral vocabulary.

``[sad]`` and ``<laugh>`` anywhere; ``(whispers)`` where a sentence begins, since words in
parentheses are mostly prose.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from polyvox.domain.written import Style
from polyvox.text.cleaning.in_band import MARK_RUN, InBand
from polyvox.text.tables import table

_TAG: Final = re.compile(
    r"\[(?P<square>[A-Za-z :=]{3,40})\](?![(:])|<(?P<angle>[a-z]{3,12})>|\((?P<round>[A-Za-z :=]{3,40})\)"
)
_LABEL: Final = re.compile(r"\A(?:emotion|style|tone|mood)\s*[:=]\s*")
_BEGINS: Final = re.compile(
    r"(?:\A|\n)[ \t>#*+•-]+\Z|"
    rf"(?:\A|[\n.!?…:\"“”*\u2600-\u27bf\ufe0f\U0001f300-\U0001faff]|{MARK_RUN})[\s*_\"“]*\Z"
)
_CONTEXT: Final = 20
_ADVERB: Final = re.compile(r" [a-z]+ly\Z")


@cache
def _names(kind: str) -> dict[str, str]:
    return {said: name for name, words in table("styles")[kind].items() for said in words}


def vocabulary() -> frozenset[str]:
    """The neutral words that a Style mark may have."""
    return frozenset(table("styles")["styles"]) | frozenset(table("styles")["elements"])


def of_element(written: str) -> Style | None:
    """The style that an element of SSML names, by a service's word for it."""
    word = re.sub(r"[\s_-]+", " ", written.strip().lower())
    name = _names("styles").get(word) or _names("elements").get(word)
    return Style(name) if name else None


def marked(text: str, kept: InBand) -> str:
    """``text`` with a mark in the place of every tag that names a style."""

    last = 0  # where the tag before ended

    def replaced(match: re.Match[str]) -> str:
        nonlocal last
        tag = (match["square"] or match["angle"] or match["round"]).strip().lower()
        written = _LABEL.sub("", tag)
        name = _names("styles").get(written) or _names("styles").get(_ADVERB.sub("", written))
        follows = bool(last) and not text[last : match.start()].strip()
        if name is None or (match["round"] and not follows and not _is_direction(match)):
            return match[0]
        last = match.end()
        return f" {kept.mark(Style(name))} "

    return _TAG.sub(replaced, text)


def _is_direction(match: re.Match[str]) -> bool:
    """Whether words in parentheses stand before a sentence, not inside of one."""
    start = match.start()
    return bool(_BEGINS.search(match.string[max(start - _CONTEXT, 0) : start]))
