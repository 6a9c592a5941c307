"""Markup beyond Markdown's own: highlights, small digits, callouts, citations, front matter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from polyvox.text.punctuation import base_language, full_stop
from polyvox.text.tables import table

_FRONT_MATTER: Final = re.compile(
    r"\s*(?P<fence>---|\+\+\+)[ \t]*\n(?:(?:[ \t#-][^\n]*|[\w.-]+[ \t]*[:=](?:[ \t][^\n]*)?|)\n)+?(?P=fence)[ \t]*(?:\n|\Z)"
)
_TOKEN: Final = re.compile(r"(?<!\S)\S+")
_PATH: Final = re.compile(r"(?<![A-Za-z])[A-Za-z]:\\|^\\\\\w|\\(?![nrt])[A-Za-z]\w*\\")
_LITERAL_BREAK: Final = re.compile(r"(?:\\r)?\\n")
_LATEX_N: Final = re.compile(
    r"(?:eq|e|u|abla|ot|otin|eg|i|mid|ewline|ormalsize|earrow|warrow|leq|geq|less|subseteq)(?![a-z])"
)
_HIGHLIGHT: Final = re.compile(r"(?<![=\w])==(?=[^\s=])([^=\n]{1,500})(?<=\S)==(?![=])")
_INSERTED: Final = re.compile(r"(?<![+\w])\+\+(?=[^\s+])([^+\n]{1,500})(?<=\S)\+\+(?![+\w])")
_RAISED: Final = re.compile(r"(?<=[\w)])\^([\w+-]{1,8})\^|<sup>([\w+-]{1,8})</sup>", re.I)
_LOWERED: Final = re.compile(r"(?<=\w)~([\w+-]{1,8})~(?!~)")
_HALF_HIGHLIGHT: Final = re.compile(r"(?<![=\w<>!)\]])={2,}(?=\w)|(?<=\w)={2,}(?![=\w(\[])")
_SUPERSCRIPTS: Final = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_POWER: Final = re.compile(r"[+-]?\d+|n")
_CALLOUT: Final = re.compile(r"^([ \t>]*>[ \t]*)\[!(\w{2,20})\][+-]?[ \t]*(.*)$", re.M)
_SOURCE: Final = re.compile(
    r"\ue200[^\ue201\n]{0,300}\ue201|:contentReference\[oaicite:\d+\](?:\{index=\d+\})?"
    r"|(?<=[^\W\d][.!?,;:\"”])(?:[¹²³⁰⁴-⁹]{1,3}|\^\d{1,3}\^)(?=\s|\Z)"
    r"| ?[【〖][^【】〖〗\n]{0,80}[†:][^【】〖〗\n]{0,80}[】〗]| ?【\d{1,3}】"
)
_NUMBERS: Final = r"\[[1-9]\d{0,2}(?:\s?[,–-]\s?\d{1,3})*\]"
_CITATION: Final = re.compile(
    rf"(?<=[\w.!?,;:)\"”’*_])(?P<space>[ \t]?)(?P<all>{_NUMBERS}(?:[ \t]?{_NUMBERS})*)(?![(\[:\w])"
)
_ENDS: Final = frozenset(["", "\n", *".,;!?)"])
_VARIABLE: Final = re.compile(r"(?<!\w)\w\Z")


def without_front_matter(text: str) -> str:
    match = _FRONT_MATTER.match(text)
    return text[match.end() :] if match else text


def real_breaks(text: str) -> str:
    """Line breaks that were written as a backslash and an n; not those of paths or formulas."""
    if "\\n" not in text:
        return text

    def broken(match: re.Match[str]) -> str:
        return match[0] if _LATEX_N.match(match.string, match.end()) else "\n"

    def token(match: re.Match[str]) -> str:
        found = match[0]
        return found if _PATH.search(found) else _LITERAL_BREAK.sub(broken, found)

    return _TOKEN.sub(token, text)


def plain(text: str, language: str) -> str:
    text = _HIGHLIGHT.sub(r"\1", text) if "==" in text else text
    text = _INSERTED.sub(r"\1", text) if "++" in text else text
    text = _LOWERED.sub(r"\1", _RAISED.sub(_raised, text))
    text = _CALLOUT.sub(lambda m: m[1] + _callout(m[2], m[3], language), text)
    return _CITATION.sub(_cited, _SOURCE.sub("", text))


def without_half_highlights(text: str) -> str:
    return _HALF_HIGHLIGHT.sub("", text) if "==" in text else text


def _raised(match: re.Match[str]) -> str:
    raised = match[1] or match[2]
    if _POWER.fullmatch(raised):
        return raised.translate(_SUPERSCRIPTS)
    return raised if match[2] or raised.isalpha() else f"^{raised}"


def _callout(kind: str, title: str, language: str) -> str:
    words: Mapping[str, str] = table("reading")["callouts"].get(base_language(language), {})
    said = title.strip() or words.get(kind.lower(), "")
    return said + full_stop(language) + "\n" if said and not title.strip() else said


def _cited(match: re.Match[str]) -> str:
    """Nothing, where numbers in brackets name sources: not an element such as a[1], nor a choice."""
    text, start = match.string, match.start()
    if match["space"]:
        ends = text[match.end() : match.end() + 1] in _ENDS
        return "" if ends or match["all"].count("[") > 1 or text[start - 1] in ".!?" else match[0]
    return match[0] if _VARIABLE.search(text[max(start - 2, 0) : start]) else ""


@cache
def _hearts(base: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    verbs: Mapping[str, str] = table("reading")["heart"].get(base, {})
    heart = "[❤♥💕💖💗💓💙💚💛💜🧡🖤🤍]\ufe0f?"
    return tuple(
        (re.compile(rf"(?<!\w)({who})\s*(?:{heart}\s*)+(?=[^\W_])", re.I), verb)
        for who, verb in verbs.items()
    )


def with_verbs(text: str, language: str) -> str:
    """A heart that is the verb of its sentence, as in *I ❤️ you*."""
    if text.isascii():
        return text
    for pattern, verb in _hearts(base_language(language)):
        text = pattern.sub(rf"\1 {verb} ", text)
    return text


_YES: Final = frozenset("✅✓✔☑👍")
_NO: Final = frozenset("❌✗✘☒✖👎🚫")


def cell(content: str, language: str) -> str:
    """What a cell of a table says: *yes* and *no* where its only content is their sign."""
    sign = content.replace("\ufe0f", "").strip()
    words = table("reading")["yes_no"].get(base_language(language))
    if words and sign in _YES | _NO:
        return str(words[0] if sign in _YES else words[1])
    return content
