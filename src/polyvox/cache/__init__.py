"""Segments made before, being made, or to be made: see :class:`SegmentCache`."""

from polyvox.cache.flight import MAX_SEGMENT_MS, CachedAudio, Served
from polyvox.cache.key import compute_segment_key
from polyvox.cache.segments import Maker, SegmentCache
from polyvox.cache.store import FileStore, SegmentStore

__all__ = [
    "MAX_SEGMENT_MS",
    "CachedAudio",
    "FileStore",
    "Maker",
    "SegmentCache",
    "SegmentStore",
    "Served",
    "compute_segment_key",
]
