"""Counts in which every field holds something: a new field comes along by itself."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from polyvox.domain.counts import Counts
from polyvox.domain.histogram import BUCKETS, Histogram

NAMES = tuple(field.name for field in fields(Counts))


def filled() -> Counts:
    return Counts(**{name: _some(name, place) for place, name in enumerate(NAMES)})


def with_more(name: str) -> Counts:
    """As ``filled``, with another figure for this field alone."""
    value: Any = getattr(filled(), name)
    more: Any = 3 * value if not isinstance(value, Histogram) else _more(value)
    return replace(filled(), **{name: more})


def _more(histogram: Histogram) -> Histogram:
    return Histogram(3 * histogram.sum_ms, histogram.buckets[::-1])


def _some(name: str, place: int) -> Any:
    match getattr(Counts(), name):
        case Histogram():
            return Histogram(4000.0 + place, tuple(range(place, place + BUCKETS)))
        case float():
            return 9000.5 + place
        case _:
            return 7 + 3 * place
