"""What is left of silence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from polyvox.audio.repair.silence import without_silence
from polyvox.domain.samples import Mark, MarkKind

RATE = 1_000


def silent(*spans: tuple[float, float]) -> list[Mark]:
    return [Mark(kind=MarkKind.SILENT, start_s=start, end_s=end) for start, end in spans]


@pytest.mark.parametrize(
    ("marks", "kept"),
    [
        ([], [(0, 20)]),
        (silent((0, 2)), [(1.8, 20)]),
        (silent((17, 20)), [(0, 17.2)]),
        (silent((5, 6)), [(0, 20)]),
        (silent((5, 9)), [(0, 5.3), (8.7, 20)]),
        (silent((0, 1), (4, 6), (19, 20)), [(0.8, 4.3), (5.7, 19.2)]),
        (silent((0, 20)), []),
    ],
)
def test_ends_are_cut_off_and_long_pauses_shortened(
    marks: Sequence[Mark], kept: Sequence[tuple[float, float]]
) -> None:
    found, _ = without_silence(marks, 20)
    spans = [edge for span in found.spans for edge in (span.start_s, span.end_s)]
    assert spans == pytest.approx([edge for pair in kept for edge in pair])
    assert found.seconds == pytest.approx(sum(end - start for start, end in kept))


def test_what_is_done_is_told_with_its_length() -> None:
    _, done = without_silence(silent((0, 1), (4, 6), (19, 20)), 20)
    assert [repair.what for repair in done] == ["trim", "pauses"]
    assert [repair.amount for repair in done] == pytest.approx([1.6, 1.4])


def test_marks_move_with_what_they_mark() -> None:
    kept, _ = without_silence(silent((0, 1), (4, 6)), 20)
    samples = np.zeros(20 * RATE, np.float32)
    marks = [Mark(kind=MarkKind.POP, start_s=at, end_s=at + 0.1) for at in (2.0, 8.0)]
    for each in marks:
        samples[round(each.start_s * RATE) : round(each.end_s * RATE)] = 1
    heard = np.flatnonzero(kept.of(samples, RATE)) / RATE
    moved = kept.moved(marks)
    assert [each.start_s for each in moved] == pytest.approx([heard[0], heard[100]])
    assert [each.kind for each in moved] == [MarkKind.POP] * 2


def test_cuts_do_not_click() -> None:
    kept, _ = without_silence(silent((5, 9)), 20)
    joined = kept.of(np.ones(20 * RATE, np.float32), RATE)
    assert len(joined) == round(kept.seconds * RATE)
    assert joined[0] == joined[-1] == 1  # nothing was cut off there
    assert joined[5_299] == joined[5_300] == 0
    assert np.abs(np.diff(joined)).max() <= 0.26
