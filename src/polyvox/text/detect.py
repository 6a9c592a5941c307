"""Which of a few languages a sentence is in: by its script, and by py3langid where several share one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from polyvox.domain.language import scripts
from polyvox.text.punctuation import base_language
from polyvox.text.script import LATIN, letters_of

FEWEST_LETTERS: Final = 20
"""Of fewer, words that several languages share are too often all there is."""
_TOUCHED: Final = 0.1
"""Share of a text's letters from which on a script is its own, and no foreign word's."""
_LABELS: Final = {"nb": "no", "nn": "no", "fil": "tl"}
"""Languages by the model's names, where those are others."""


def language_of(text: str, choices: Sequence[str], before: str) -> str:
    """The tag of ``choices`` that ``text`` is in; ``before``, that of the sentence before it, where
    the text does not tell."""
    letters = letters_of(text)
    able = _using(_own(letters), choices)
    if len(able) == 1:
        return able[0]
    if not able or (before in able and sum(letters.values()) < FEWEST_LETTERS):
        return before
    return _likeliest(text, able, before)


def _own(letters: Mapping[str, int]) -> set[str]:
    """The scripts of the text itself. Latin words stand in texts of any."""
    other = {name: count for name, count in letters.items() if name != LATIN}
    if letters.get(LATIN, 0) > sum(other.values()):
        return {LATIN}
    return {name for name, count in other.items() if count >= _TOUCHED * sum(other.values())}


def _using(own: set[str], choices: Sequence[str]) -> list[str]:
    return [tag for tag in choices if own and own <= (scripts(tag) or own)]


def _likeliest(text: str, able: Sequence[str], before: str) -> str:
    """The model's first choice; of regions of one language the one of ``before``, else the first."""
    tags: dict[str, str] = {}
    for tag in sorted(able, key=lambda tag: tag != before):
        base = base_language(tag)
        tags.setdefault(_LABELS.get(base, base), tag)
    ranked = _model().rank(text.lower() if text.isupper() else text)
    return next((tags[label] for label, _ in ranked if label in tags), able[0])


@cache
def _model() -> Any:
    """Half a second and some 30 MB, for the first text whose language is asked for."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE)
