"""What is measured of a sample, and how: one file per measure, ``report`` for all of them."""

from polyvox.audio.measure.report import measure_recording

__all__ = ["measure_recording"]
