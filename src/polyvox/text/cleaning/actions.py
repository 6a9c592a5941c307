"""Phrases between single stars: what is done, not said, and which phrases part like a sentence.

``*Holds out hand*`` as a stretch of its own is an action; a star's word inside of a sentence is only
emphasised.
"""

from __future__ import annotations

import re
from itertools import pairwise, takewhile
from typing import Final

from polyvox.domain.written import Action
from polyvox.text.characters import is_speakable
from polyvox.text.cleaning.emphasis import BEGINNING, ENDING
from polyvox.text.cleaning.in_band import InBand, without_marks
from polyvox.text.cleaning.lines import SOFT
from polyvox.text.punctuation import CLOSERS, base_language, full_stop, is_ended

STRONG: Final = "\ufdd5"
STRONG_END: Final = "\ufdd6"
"""Where emphasis by several stars began and ended, until ``parted``."""
SINGLE: Final = "\ufddb"
SINGLE_END: Final = "\ufddc"
"""The same, by one star or underscore."""
HALF: Final = "\ufdda"
"""As SINGLE, where one of the two was lost."""

_ALL: Final = f"{STRONG}{STRONG_END}{SINGLE}{SINGLE_END}{HALF}"
_DELIMITERS: Final = re.compile(f"[{_ALL}{BEGINNING}{ENDING}]")
_PHRASE: Final = re.compile(
    rf"(?P<sign>[{STRONG}{SINGLE}{HALF}])(?P<phrase>[^{_ALL}]*)[{STRONG_END}{SINGLE_END}]"
)
_HALF_BEGUN: Final = re.compile(
    rf"{BEGINNING}(?P<phrase>[^{_ALL}{BEGINNING}{ENDING}]*?)"
    rf"(?:{ENDING}|(?=\s[\"“„«])|(?=[{SINGLE}{BEGINNING}])|\Z)"
)
_SPEECH_ENDS: Final = re.compile(rf"[\"”»](?=\s)|{SINGLE_END}")
_CONTEXT: Final = 40
_OPENERS: Final = "\"“”„«»‘’「『'¿¡"
_STOPS: Final = ".!?…。！？"
_GAP: Final = " \t\n—–-….:*"
_DASHES: Final = re.compile("[—–…]|-|\\.\\.")
_PRONOUN: Final = re.compile(r"I(?:['’ ]|\Z)")
_DOES: Final = {
    "en": re.compile(r"[A-Za-z][a-z]+(?<!s)s"),
    "de": re.compile(r"[A-Za-zÄÖÜäöü][a-zäöüß]{2,}t"),
}
"""What a verb looks like that says what somebody does: nods, lächelt."""
_NO_VERBS: Final = frozenset(
    [
        *(
            "yes",
            "always",
            "sometimes",
            "perhaps",
            "besides",
            "afterwards",
            "nowadays",
            "thus",
            "this",
        ),
        *("his", "its", "ours", "yours", "theirs", "hers", "upstairs", "downstairs", "outdoors"),
        *(
            "indoors",
            "was",
            "has",
            "is",
            "does",
            "as",
            "towards",
            "unless",
            "plus",
            "minus",
            "thanks",
        ),
        *(
            "jetzt",
            "nicht",
            "selbst",
            "vielleicht",
            "sonst",
            "fast",
            "erst",
            "zuletzt",
            "damit",
            "seit",
        ),
        *(
            "somit",
            "statt",
            "recht",
            "zeit",
            "nacht",
            "macht",
            "welt",
            "dort",
            "weit",
            "meist",
            "längst",
        ),
        *("einst", "leicht", "schlecht", "sofort", "überhaupt", "insgesamt", "womit", "echt"),
    ]
)
_CLOSES: Final = re.compile(r"(?<=[^\s*])\*(?=[\s.!?…]|\Z)")
_PARAGRAPHS: Final = re.compile(r"(\n[ \t]*\n\s*)")


def paired(source: str) -> str:
    """``source`` with a pair of stars around each paragraph of an action that goes over several: Markdown
    pairs none across a blank line."""
    if "*" not in source:
        return source
    pieces = _PARAGRAPHS.split(source)
    begun: int | None = None
    for at in range(0, len(pieces), 2):
        paragraph = pieces[at].strip()
        stars = paragraph.count("*")
        if stars == 1 and paragraph[0] == "*" and paragraph[1:2].strip():
            begun = at
        elif stars == 1 and begun is not None and _CLOSES.search(paragraph):
            pieces[begun] = f"{pieces[begun].rstrip()}*"
            pieces[at] = f"*{pieces[at].lstrip()}"
            for between in range(begun + 2, at, 2):
                pieces[between] = f"*{pieces[between].strip()}*"
            begun = None
        elif stars:
            begun = None
    return "".join(pieces)


def parted(text: str, language: str, kept: InBand, *, listed: bool = False) -> str:
    """``text`` without its delimiters, and with marks around actions; a phrase beside a sentence's end ends
    as a sentence. An item of a list (``listed``) is none."""

    def ended(match: re.Match[str]) -> str:
        text, (start, end) = match.string, match.span()
        before = _bare(text[max(start - _CONTEXT, 0) : start]).rstrip()
        phrase, bare = match["phrase"], _bare(match["phrase"])
        behind = _bare(text[end : end + _CONTEXT])
        whole = not before and not behind.strip()
        acted = match["sign"] != STRONG and not (whole and listed)
        acted = acted and _is_action(text, match, bare, language)
        parts = _parts(before, bare, behind, language) or (acted and _runs_on(bare, behind))
        if parts and match["sign"] != HALF:
            phrase = phrase.rstrip() + full_stop(language)
        if not acted:
            return phrase
        begin = kept.mark(Action())
        return begin + phrase + kept.end_of(begin)

    text = _with_halves(text)
    while True:
        inner = _PHRASE.sub(ended, text)
        if inner == text:
            return _DELIMITERS.sub("", text)
        text = inner


def _bare(text: str) -> str:
    return _DELIMITERS.sub("", without_marks(text))


def _runs_on(phrase: str, behind: str) -> bool:
    following = behind.lstrip()[:1]
    return behind[:1].isspace() and following not in ("", *"…—–-.") and not is_ended(phrase)


def _with_halves(text: str) -> str:
    """``text`` with a pair of delimiters for each action of which one star is lost: to the end of the
    paragraph or to what is said next, from its beginning or from what was said before."""
    if BEGINNING not in text and ENDING not in text:
        return text
    text = _HALF_BEGUN.sub(rf"{HALF}\g<phrase>{SINGLE_END}", text)
    pieces: list[str] = []
    parts = text.split(ENDING)
    for part, behind in pairwise(parts):
        starts = [0, *(match.end() for match in _SPEECH_ENDS.finditer(part))]
        start = starts[-1] + len(part[starts[-1] :]) - len(part[starts[-1] :].lstrip())
        phrase = part[start:]
        if phrase and not set(phrase) & {SINGLE, HALF} and _lost_beginning(phrase, behind):
            phrase = f"{HALF}{phrase}{SINGLE_END}"
        pieces.append(part[:start] + phrase)
    return "".join([*pieces, parts[-1]])


def _lost_beginning(phrase: str, behind: str) -> bool:
    """Whether a star behind ``phrase`` ends an action, and is no asterisk."""
    following = behind.lstrip(_GAP)[:1]
    return phrase.rstrip()[-1] in _STOPS or (
        phrase[0].islower() and phrase[-1].isalpha() and (not following or following in _OPENERS)
    )


def _is_action(text: str, match: re.Match[str], phrase: str, language: str) -> bool:
    """Whether ``phrase`` is a stretch of its own, and no quotation."""
    if not is_speakable(phrase) or (phrase[0] in _OPENERS and phrase[-1] in CLOSERS):
        return False
    before = _bare(text[max(match.start() - _CONTEXT, 0) : match.start()].replace(SOFT, "\n"))
    behind = _bare(text[match.end() : match.end() + _CONTEXT].replace(SOFT, "\n"))
    if _ends_line(before[::-1]) and _ends_line(behind.lstrip(_STOPS)):
        return True
    before = before.rstrip()
    return _stands_alone(before, phrase, behind, language)


def _ends_line(behind: str) -> bool:
    return behind.lstrip(" ")[:1] in ("", "\n")


def _stands_alone(before: str, phrase: str, behind: str, language: str) -> bool:
    if before and not (is_ended(before) or before[-1] in CLOSERS):
        return False
    several = len(phrase.split()) > 1
    tail = "".join(takewhile(lambda character: character in _STOPS, behind))
    rest = behind[len(tail) :]
    following = rest.lstrip(_GAP + ",;")
    if rest and not (rest[0].isspace() or rest[0] in _OPENERS + "—–-,;"):
        return False
    if not following or following[0] in _OPENERS:
        return True
    if rest[0] in ",;":
        return False
    if following[0].islower() or not following[0].isalpha():
        gap = rest[: len(rest) - len(following)]
        verb = _does(phrase, base_language(language))
        return phrase[0].islower() and (several or verb or bool(_DASHES.search(gap)))
    if tail and not several and not phrase[0].islower():
        return False
    ended = bool(tail) or phrase.rstrip()[-1] in _STOPS
    return ended or _is_whole(phrase.strip(), following, base_language(language))


def _parts(before: str, phrase: str, behind: str, language: str) -> bool:
    following = behind.lstrip()
    if is_ended(phrase) or not is_speakable(phrase) or (behind and not behind[0].isspace()):
        return False
    if before and not (is_ended(before) or before[-1] in CLOSERS):
        return False
    if not following:
        return bool(before)
    if following[0] in _OPENERS:
        return True
    if following[0].islower() or not following[0].isalpha():
        return False
    return _is_whole(phrase.strip(), following, base_language(language))


def _is_whole(phrase: str, following: str, base: str) -> bool:
    """Whether ``phrase`` is more than the first word or words of the sentence that follows."""
    if phrase[0].islower():
        return True
    words = phrase.split()
    if base == "de":  # any noun has a capital
        return len(words) > 2 or _does(words[0], base)
    return len(words) > 1 or not _PRONOUN.match(following) or _does(phrase, base)


def _does(word: str, base: str) -> bool:
    verb = _DOES.get(base)
    return bool(verb and verb.fullmatch(word)) and word.lower() not in _NO_VERBS
