"""English to speak, never the same twice: a cache must not help anybody by accident."""

from __future__ import annotations

import random

_WORDS = {
    kind: words.split()
    for kind, words in {
        "kind": "quiet young clever old famous gentle hungry patient brave tired curious stubborn "
        "honest lonely nervous careful",
        "person": "sailor teacher baker doctor painter farmer captain singer lawyer gardener "
        "writer driver student soldier printer miner",
        "place": "harbour station market village library garden mountain theatre castle river "
        "factory island hospital museum valley bridge",
        "friend": "neighbour brother daughter uncle cousin mother partner stranger visitor "
        "husband sister colleague guest nephew widow tenant",
        "did": "repaired painted opened carried counted studied followed measured cleaned "
        "described collected polished examined borrowed mentioned remembered",
        "thing": "window letter engine basket blanket picture ladder machine lantern cabinet "
        "mirror compass kettle trumpet wagon telescope",
    }.items()
}
_TEMPLATES = (
    "When the {kind} {person} came back from the {place}, "
    "the {friend} {did} the {thing} for the first time.",
    "The {kind} {person} {did} the {thing} near the {place} until the rain had finally stopped.",
    "Nobody in the {place} knew the {kind} {person}, "
    "although her {friend} {did} the old {thing} every morning.",
    "My {friend} {did} a {thing} that the {kind} {person} had brought along from the {place}.",
)
PARAGRAPH = 4
"""Sentences in a paragraph; about 18 s of speech."""


class Texts:
    """Sentences of about five seconds. No clause is given twice, since clauses are cached alone."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._given: set[str] = set()
        self._count = 0

    def sentence(self) -> str:
        """Half of all sentences have a comma where they could be cut."""
        self._count += 1
        return self._new(_TEMPLATES[self._count % len(_TEMPLATES)])

    def alike(self) -> tuple[str, str]:
        """Two sentences built the same way."""
        self._count += 1
        template = _TEMPLATES[self._count % len(_TEMPLATES)]
        return self._new(template), self._new(template)

    def _new(self, template: str) -> str:
        while True:
            words = {name: self._random.choice(found) for name, found in _WORDS.items()}
            sentence = template.format(**words)
            clauses = set(sentence.split(", "))
            if not clauses & self._given:
                self._given |= clauses
                return sentence

    def paragraph(self, sentences: int = PARAGRAPH) -> str:
        return " ".join(self.sentence() for _ in range(sentences))
