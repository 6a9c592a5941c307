"""Counts as columns of a table: one per number, a histogram as its sum and one per bucket."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import RowMapping

from polyvox.domain.counts import Counts
from polyvox.domain.histogram import LATENCY_BUCKETS_MS, Histogram


def as_columns(counts: Counts) -> dict[str, float]:
    """The numbers by the names of their columns; those of ``Counts()`` say which columns there are."""
    columns: dict[str, float] = {}
    for field in fields(counts):
        value = getattr(counts, field.name)
        if isinstance(value, Histogram):
            numbers = (value.sum_ms, *value.buckets)
            columns |= zip(_histogram_columns(field.name), numbers, strict=True)
        else:
            columns[field.name] = value
    return columns


def from_columns(row: RowMapping) -> Counts:
    """Counts out of a row that holds more than them."""
    values: dict[str, Any] = {}
    for field in fields(Counts):
        if isinstance(field.default, Histogram):
            sum_ms, *buckets = (row[name] for name in _histogram_columns(field.name))
            values[field.name] = Histogram(sum_ms, tuple(buckets))
        else:
            values[field.name] = row[field.name]
    return Counts(**values)


def _histogram_columns(name: str) -> tuple[str, ...]:
    bounds = (f"{name}_le_{bound}" for bound in LATENCY_BUCKETS_MS)
    return (f"{name}_ms", *bounds, f"{name}_slower")
