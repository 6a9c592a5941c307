"""Files that mean harm, made from a number each, out of small real ones of every kind."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from polyvox.audio.recording import decode
from polyvox.errors import BadSample
from tests.support.recordings import KINDS, encoded, signal

HEADER_BYTES = 256
"""Where most of what a demuxer believes stands."""
LIES = (
    *(0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000),
    *(0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF),
)
TEXTS = (
    b"ffconcat version 1.0\nfile /etc/passwd\n",
    b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
    b"<?xml version='1.0'?><MPD><Period><AdaptationSet/></Period></MPD>",
    b"[Script Info]\nDialogue: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,x\n",
    b"1\n00:00:00,000 --> 00:00:09,000\nx\n",
    b"PK\x03\x04" + bytes(60),
    b"",
)

Mutation = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


@cache
def real_files() -> tuple[bytes, ...]:
    return tuple(
        encoded(kind, signal(0.12, rate, channels), rate)
        for kind in KINDS.values()
        for rate, channels in ((16_000, 1), (48_000, 2))
    )


def hostile(number: int) -> bytes:
    """Always the same for the same number."""
    chance = random.Random(number)
    others = real_files()
    data = chance.choice(others)
    for _ in range(chance.choice((1, 1, 2, 4))):
        data = chance.choice(MUTATIONS)(chance, data, others)
    return data


def _place(chance: random.Random, data: bytes) -> int:
    end = chance.choice((min(HEADER_BYTES, len(data)), len(data)))
    return chance.randrange(end + 1)


def flip_bits(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(min(len(data), chance.choice((1, 3, 10, 100)))):
        changed[min(_place(chance, data), len(data) - 1)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def lie(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """A number instead of another one."""
    at, width = _place(chance, data), chance.choice((1, 2, 4, 8))
    number = chance.choice(LIES) % (1 << 8 * width)
    return data[:at] + number.to_bytes(width, chance.choice(("little", "big"))) + data[at + width :]


def cut_off(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    return data[: _place(chance, data)]


def take_out(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    at = _place(chance, data)
    return data[:at] + data[at + chance.choice((1, 4, 64, 1000)) :]


def repeat(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    at, length = _place(chance, data), chance.choice((4, 64, 1000))
    return data[:at] + data[at : at + length] * chance.choice((2, 10, 100)) + data[at + length :]


def splice(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """The beginning of one kind, the end of another."""
    other = chance.choice(others)
    return data[: _place(chance, data)] + other[_place(chance, other) :]


def noise(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    at = _place(chance, data)
    return data[:at] + chance.randbytes(chance.choice((16, 512, 4096))) + data[at:]


def text(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    return chance.choice(TEXTS) + data[: chance.choice((0, len(data)))]


MUTATIONS: tuple[Mutation, ...] = (
    *(flip_bits, lie, lie, cut_off, take_out, repeat, splice, noise, text),
)


def attempt(folder: str, begin: int, count: int) -> dict[str, Any]:
    """Run by the worker: what becomes of files ``begin`` up to ``begin + count``.

    ``odd`` lists what is neither decoded nor refused in words. ``peak_mb`` is this process's.
    """
    path = Path(folder, "file")
    decoded, refused, odd = 0, 0, []
    for number in range(begin, begin + count):
        path.write_bytes(hostile(number))
        try:
            recording = decode(path)
            decoded += recording.samples.size > 0
        except BadSample as error:
            refused += bool(error.message)
        except Exception as error:  # noqa: BLE001 - that there is none is the point
            odd.append(f"{number}: {type(error).__name__}: {error}")
    return {"decoded": decoded, "refused": refused, "odd": odd, "peak_mb": peak_mb()}


def peak_mb() -> float:
    """Of this process alone; getrusage counts what it was forked from, too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def decode_it(path: str) -> float:
    return decode(Path(path)).seconds
