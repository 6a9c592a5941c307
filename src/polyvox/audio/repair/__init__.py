"""A recording made ready for an engine: no more is done than it needs, and all of it is told."""

from polyvox.audio.repair.preparing import prepare
from polyvox.audio.repair.result import Prepared, Repair, Target

__all__ = ["Prepared", "Repair", "Target", "prepare"]
