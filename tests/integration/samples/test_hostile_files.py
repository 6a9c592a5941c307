"""Ten thousand files that mean harm, and those that lie about sizes: all answered, in little memory."""

from __future__ import annotations

import io
import struct
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]

from polyvox.errors import BadSample
from polyvox.hosting.workshop import Workshop
from tests.support.recordings import KINDS, encoded, signal

from . import hostile

FILES, BATCH = 10_000, 500
PEAK_MB = 128
"""Of the worker over all mutated files, which are small; about 90 are measured, 55 of them its libraries."""
MEMORY_MB = 512
"""What the worker may fill here. The largest legitimate recording needs 256 MiB of it."""

HUGE = 0x00FFFFFF
aac, alac, webm = (
    partial(encoded, KINDS[name], signal()) for name in ("M4A AAC", "M4A ALAC", "WebM Opus")
)


@pytest.fixture
async def workshop() -> AsyncIterator[Workshop]:
    workshop = Workshop(memory_mb=MEMORY_MB)
    yield workshop
    await workshop.stop()


def function(name: str) -> str:
    return f"{hostile.__name__}:{name}"


@pytest.mark.timeout(180)
async def test_mutated_files_are_decoded_or_refused_in_words(
    workshop: Workshop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    decoded = refused = 0
    for begin in range(0, FILES, BATCH):
        told = await workshop.run(function("attempt"), tmp_path, begin, BATCH)
        assert told["odd"] == []
        assert told["peak_mb"] < PEAK_MB
        decoded, refused = decoded + told["decoded"], refused + told["refused"]
    assert decoded + refused == FILES
    assert min(decoded, refused) > FILES / 5  # else the mutations are too tame, or too wild
    await workshop.stop()
    assert caplog.messages == []  # nobody can fill the log with them


def lie(data: bytes, *fields: tuple[bytes, int, int]) -> bytes:
    """``data`` with other numbers: atom, offset behind its name, 32 bits."""
    for atom, offset, number in fields:
        at = data.rindex(atom) + len(atom) + offset
        data = data[:at] + struct.pack(">I", number) + data[at + 4 :]
    return data


def silence(seconds: int, channels: int, rate: int) -> bytes:
    """400 bytes a second."""
    file = io.BytesIO()
    soundfile.write(file, np.zeros((rate * seconds, channels), "i2"), rate, format="FLAC")
    return file.getvalue()


SIZES, COUNT, TIMES, CHUNKS = (
    *((b"stsz", 4, 1), (b"stsz", 8, HUGE)),
    *((b"stts", 8, HUGE), (b"stsc", 12, HUGE)),
)
PAGE = b"OggS\0\0" + bytes(20) + b"\0"

LARGE: dict[str, Callable[[], bytes]] = {
    "millions of sizes": lambda: lie(aac(), SIZES, COUNT),
    "tables that multiply": lambda: lie(aac(), SIZES, COUNT, TIMES, CHUNKS),
    "billions of times": lambda: lie(aac(), (b"stts", 4, 0xFFFFFFFF)),
    "frames of millions": lambda: lie(alac(), (b"alac", 4, 0x01000000)),
    "too long": lambda: silence(601, 1, 8_000),
    "too wide": lambda: silence(200, 8, 48_000),
    "empty pages": lambda: b"OggS\0\2" + PAGE[6:] + PAGE * 1_500_000,
    "empty elements": lambda: webm()[:300] + b"\xec\x80" * 20_000_000,
    "tags upon tags": lambda: b"ID3\4\0\0\0\0\0\0" * 200_000,
    "AAC of nothing": lambda: b"\xff\xf1\x50\x80\0\xff\xfc" * 1_000_000,
    "MP3 of nothing": lambda: b"\xff\xfb\x90\0" * 10_000_000,
    "atoms in atoms": lambda: b"".join(
        struct.pack(">I4s", 8 * left, b"moov") for left in range(100_000, 0, -1)
    ),
    "zeros": lambda: bytes(40 << 20),
}


@pytest.mark.parametrize("kind", LARGE)
async def test_what_claims_to_be_large_is_refused_in_little_memory(
    workshop: Workshop, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(LARGE[kind]())
    with pytest.raises(BadSample):
        await workshop.run(function("decode_it"), path)
    assert await workshop.run(function("peak_mb")) < MEMORY_MB
