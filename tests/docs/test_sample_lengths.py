"""The lengths that the pages name are those that the engines claim, and that a report judges by."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.samples import NEEDS

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("page", "engine"), [("xtts.md", "xtts_v2"), ("styletts2.md", "styletts2")]
)
def test_an_engines_page_names_its_lengths(page: str, engine: str) -> None:
    needs = NEEDS[engine]
    assert (
        f"give {needs.min_s:g} to {needs.max_s:g} seconds of clean speech; "
        f"{needs.best_min_s:g} to {needs.best_max_s:g} are best." in (DOCS / page).read_text()
    )


def test_the_page_about_samples_names_the_least_and_the_most() -> None:
    xtts, styletts2 = NEEDS["xtts_v2"], NEEDS["styletts2"]
    told = (DOCS / "samples.md").read_text()
    assert f"(XTTS v2: {xtts.min_s:g} s, StyleTTS 2: {styletts2.min_s:g} s)" in told
    assert f"(over {xtts.max_s:g} s, {styletts2.max_s:g} s)" in told
