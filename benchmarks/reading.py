"""Text made ready for speech: cleaned, cut and put into words, whatever it is."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from typing import Final

from benchmarks.lab import SEED, Lab
from benchmarks.results import Goal, Pairs, Row
from benchmarks.texts import Texts
from polyvox.domain.capabilities import TextForm, TextLimit
from polyvox.text.clean import written
from polyvox.text.segment import cut
from polyvox.text.stretches import stretches
from polyvox.text.verbalize import atoms, verbalize

CHARACTERS: Final = 20_000
SOON: Final = Goal(500.0, of="ours")
ROUNDS, MOST_S = 5, 8.0
LIMIT: Final = TextLimit(characters=400)
"""Piper's."""
LANGUAGE: Final = "en-US"
HALVES: Final = (
    *("[", "![", "](", "*a ", "**a", "_a", "`", "`a` ``", "~~", "<", "<a ", "<b>", "<think>", "<|", "</s>"),
    *("$", "$a$", "\\(", "\\frac{", "<sub alias='a'>", "[pause 1s]", "[sad] ", "【4†", "| a ", "> [!NOTE]\n", "```\n"),
)  # fmt: skip


async def measure(lab: Lab) -> list[Row]:
    return await asyncio.to_thread(_measure, lab)


def _measure(lab: Lab) -> list[Row]:
    _read("Warm up at 5:30 for $3.50.")  # tables and num2words are read once
    return [_row(lab, what, texts) for what, texts in _texts().items()]


def _row(lab: Lab, what: str, texts: list[str]) -> Row:
    """The slowest of ``texts`` against half of it, which shows whether time grows with the text."""
    slowest = max(texts, key=_took_ms)
    pairs = Pairs()
    for _ in lab.turns(ROUNDS, MOST_S):
        pairs.ours.append(_took_ms(slowest))
        pairs.base.append(_took_ms(slowest[: CHARACTERS // 2]))
    note = f"the slowest of {len(texts)}" if len(texts) > 1 else ""
    return Row.of(
        f"20,000 characters into words: {what}", "ms", pairs, against="half the text", goal=SOON, note=note
    )  # fmt: skip


def _took_ms(text: str) -> float:
    for remembers in (atoms, verbalize, stretches):
        remembers.cache_clear()
    begun = time.perf_counter()
    _read(text)
    return 1000 * (time.perf_counter() - begun)


def _read(text: str) -> None:
    for segment in cut(written(text, LANGUAGE), LANGUAGE, LIMIT, spoken_limit=LIMIT):
        segment.in_form(TextForm.VERBALIZED)
        segment.parts(TextForm.VERBALIZED)


def _texts() -> Mapping[str, list[str]]:
    chance, prose = random.Random(SEED), Texts(SEED)
    kinds: dict[str, Callable[[], str]] = {
        "prose": lambda: f"{prose.sentence()} ",
        "Markdown": lambda: f"- **{prose.sentence()}** See `a_b`.\n",
        "prices and dates": lambda: f"It is ${chance.randint(1, 9999)}.50 on 2024-05-{chance.randint(10, 28)}. ",
        "numbers alone": lambda: f"{chance.randint(1, 99_999)} ",
        "short lines": lambda: f"{chance.randint(1, 999)}. a{chance.randint(1, 99)}\n",
    }  # fmt: skip
    texts = {what: [_filled(part)] for what, part in kinds.items()}
    return texts | {"half-open markup": [_repeated(part) for part in HALVES]}


def _repeated(part: str) -> str:
    return _filled(lambda: part)


def _filled(part: Callable[[], str]) -> str:
    pieces: list[str] = []
    length = 0
    while length < CHARACTERS:
        pieces.append(part())
        length += len(pieces[-1])
    return "".join(pieces)[:CHARACTERS]
