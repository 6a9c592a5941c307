"""Faces and hearts of plain characters: ``:)`` is silent, and ``I <3 you`` says *love* where the language does."""

from __future__ import annotations

import re
from typing import Final

_FACE: Final = re.compile(
    r"(?<!\S)(?:[:;=]['’]?-?(?:[)(]+|[DPpOo/|\\](?![\w/\\]))|[xX]D+(?!\w)|\^_{0,3}\^|¯\\?_?\(ツ\)_?/¯)(?=[\s.,!?]|\Z)"
)
_HEART: Final = re.compile(
    r"(?P<who>(?<![^\W_])(?:I|[Ww]e|[Tt]hey|[Yy]ou|[Ii]ch|[Ww]ir|[Jj]e)\s)<3(?=\s[^\W\d])|(?:^|(?<=[.!?]\s))<3(?=\s|\Z)",
    re.M,
)


def without_faces(text: str) -> str:
    """``text`` without emoticons; a heart becomes its emoji, which is read as any other."""
    text = _HEART.sub(lambda match: f"{match['who'] or ''}❤", text)
    return _FACE.sub("", text)
