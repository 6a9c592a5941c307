"""Figures in words that people know."""

from __future__ import annotations

from datetime import datetime


def size(count: int) -> str:
    """Of bytes: ``61 MB``, ``1.9 GB``."""
    megabytes = count / 1e6
    if megabytes >= 1000:
        return f"{megabytes / 1000:.1f} GB"
    return f"{megabytes:.1f} MB" if megabytes < 10 else f"{megabytes:.0f} MB"


def day(at: datetime) -> str:
    """In the server's time zone: ``3 November 2026``."""
    local = at.astimezone()
    return f"{local.day} {local:%B %Y}"
