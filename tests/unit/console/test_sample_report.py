"""What the picture, the gauges and the words say of a sample."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from polyvox.console.sample_report import (
    HEIGHT,
    WIDTH,
    gauges,
    marks_in_words,
    needle,
    picture,
    quality_in_words,
    swatch,
)
from polyvox.domain.samples import Grade, Mark, MarkKind, Measure
from tests.support.samples import REPORT


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own


def measure(name: str, grade: Grade, value: float | None = 31.456) -> Measure:
    return Measure(
        name=name, value=value, unit="dB", threshold="above 20 dB", verdict=grade, advice="So."
    )


def mark(kind: MarkKind, start_s: float, end_s: float) -> Mark:
    return Mark(kind=kind, start_s=start_s, end_s=end_s)


def test_the_worst_measure_comes_first_and_others_keep_their_order() -> None:
    grades = [Grade.UNKNOWN, Grade.GOOD, Grade.FAIR, Grade.BAD, Grade.FAIR]
    measures = tuple(measure(f"m_{at}", grade) for at, grade in enumerate(grades))
    found = gauges(REPORT.model_copy(update={"measures": measures}))
    assert [gauge.name for gauge in found] == ["M 3", "M 2", "M 4", "M 1", "M 0"]


def test_a_gauge_tells_figure_and_threshold_and_what_cannot_be_told() -> None:
    measures = (measure("snr", Grade.GOOD), measure("pops", Grade.UNKNOWN, None))
    snr, pops = gauges(REPORT.model_copy(update={"measures": measures}))
    assert (snr.name, snr.told) == ("Voice above noise", "Good: 31.5 dB")
    assert snr.threshold == "good is above 20 dB"
    assert (pops.value, pops.told) == ("", "Not known")


@pytest.mark.parametrize(
    ("value", "told"), [(22050.0, "22050 dB"), (0.026, "0.026 dB"), (-33.21, "-33.2 dB")]
)
def test_figures_have_the_digits_that_count(value: float, told: str) -> None:
    report = REPORT.model_copy(update={"measures": (measure("snr", Grade.GOOD, value),)})
    assert gauges(report)[0].value == told


def test_quality_is_told_of_a_hundred() -> None:
    assert quality_in_words(REPORT) == "quality 88 of 100"


def test_marks_close_together_are_told_as_one_and_many_are_counted() -> None:
    clipped = [mark(MarkKind.CLIPPED, at, at + 0.1) for at in (1.0, 1.2, 3.0, 5.0, 7.0, 9.0)]
    told = marks_in_words([*clipped, mark(MarkKind.POP, 2.0, 2.01)])
    assert told == {
        MarkKind.CLIPPED: "Clipped: 1.0–1.3 s, 3.0–3.1 s, 5.0–5.1 s, 7.0–7.1 s and 1 more",
        MarkKind.POP: "Pop: 2.0 s",
    }


def test_a_mark_inside_another_does_not_shorten_it() -> None:
    noisy = [mark(MarkKind.NOISY, 0.0, 5.0), mark(MarkKind.NOISY, 1.0, 2.0)]
    assert marks_in_words(noisy) == {MarkKind.NOISY: "Noisy: 0.0–5.0 s"}


def test_the_picture_is_well_formed_and_marks_lie_where_they_are() -> None:
    silent = mark(MarkKind.SILENT, 2.5, 5.0)
    drawn = parsed(picture("smp_1", 10.0, [-0.5, -2.0], [0.5, 2.0], [silent]))
    [rect] = [each for each in drawn.findall("rect") if each.get("fill") == "url(#smp_1-silent)"]
    assert float(rect.get("x", "")) == pytest.approx(WIDTH / 4)
    assert float(rect.get("width", "")) == pytest.approx(WIDTH / 4)
    assert {each.get("id") for each in drawn.iter("pattern")} >= {"smp_1-silent"}
    [outline] = drawn.findall("path")
    levels = [float(point.split()[1]) for point in outline.get("d", "").strip("MZ").split("L")]
    assert (min(levels), max(levels)) == (0, HEIGHT), "no louder than full scale"


def test_an_empty_recording_can_be_drawn() -> None:
    parsed(picture("smp_1", 0.0, [], [], []).replace('d="MZ"', 'd=""'))


def test_needle_and_swatch_are_well_formed() -> None:
    parsed(swatch("smp_1", MarkKind.NOISY))
    low, high = (needle(score) for score in (0.0, 1.0))
    assert 'd="M2.0 ' in low
    assert 'd="M98.0 ' in high
