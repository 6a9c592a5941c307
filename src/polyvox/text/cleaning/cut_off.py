"""Tags and tokens that a stream was cut in: half of one at the text's beginning or its end."""

from __future__ import annotations

import re
from typing import Final

_NAMES: Final = [
    "think",
    "thinking",
    "thought",
    "thoughts",
    "reasoning",
    "reflection",
    "scratchpad",
    "tool_call",
    "tool_calls",
    "tool_response",
    "tool_use",
    "function_call",
    "function_calls",
    "invoke",
    "answer",
    "final",
    "final_answer",
    "output",
    "response",
    "speak",
    "prosody",
    "emphasis",
    "break",
    "voice",
    "say-as",
    "phoneme",
    "div",
    "span",
    "strong",
    "br",
]
_LEAST: Final = 2
"""Fewer letters of a name are no sign of it: ``<b`` may be a comparison."""


def _any(parts: set[str]) -> str:
    return "|".join(sorted(map(re.escape, parts), key=len, reverse=True))


_BEGINNINGS: Final = _any({name[:n] for name in _NAMES for n in range(_LEAST, len(name) + 1)})
_ENDINGS: Final = _any({name[-n:] for name in _NAMES for n in range(_LEAST, len(name) + 1)})
_QUOTED: Final = r"(?:\"[^\"<>\n]{0,200}\"?|'[^'<>\n]{0,200}'?|[^\s\"'<>]{0,100})"
_END: Final = re.compile(
    r"(?<!`)(?:"
    rf"</?(?:{_BEGINNINGS})|</[A-Za-z_][\w:-]{{0,30}}|</?"
    rf"|<(?:{_any(set(_NAMES))})(?:\s+[\w:.-]+\s*=\s*{_QUOTED}|\s+[\w:.-]*){{1,8}}\s*/?"
    r"|<[A-Za-z][\w:-]{0,30}(?:\s+[\w:.-]+=(?:\"[^\"<>\n]{0,200}\"?|'[^'<>\n]{0,200}'?)){1,8}\s*/?"
    r"|<[|｜][\w▁/ ]{0,40}[|｜]?|\[/?(?:INS?T?)"
    r")\s*\Z"
)
_TAIL: Final = 600
"""Characters at the end that are looked at."""
_ROLES: Final = "assistant|system|user|tool|model"
_BEGINNING: Final = re.compile(
    rf"\s*(?:(?:{_ROLES})?<[|｜](?:im_sep|message|end_header_id)[|｜]>"
    r"|[|｜]?[A-Za-z_▁]{0,40}[|｜]>"
    rf"|(?P<name>(?P<slash>/)?(?:{_ENDINGS}))>"
    r"|[\w:.-]{0,30}=?(?:\"[^\"<>\n]{0,60}\"|'[^'<>\n]{0,60}')\s?/>"
    r"|/?(?:INST|NST|ST)\])"
)

_INNER: Final = re.compile(
    r"<[|｜][A-Za-z_▁][\w▁]{0,40}[|｜]?|(?<![\w|｜])[A-Za-z]{1,20}[_▁][\w▁]{1,30}[|｜]>"
)


def without_half_tokens(text: str) -> str:
    """``text`` without halves of control tokens, wherever they stand."""
    return _INNER.sub("", text)


def without_halves(text: str) -> str:
    """``text`` without half a tag or control token at either end."""
    tail = max(len(text) - _TAIL, 0)
    if found := _END.search(text, tail):
        text = text[: found.start()]
    if found := _BEGINNING.match(text):
        text = text[found.end() :]
    return text
