"""Torn samples are joined again, whatever the pieces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from hypothesis import given
from hypothesis import strategies as st

from polyvox.domain.audio import SAMPLE_BYTES
from polyvox.provider.rest import whole_samples

RATE = 16_000
SIGNATURES = (b"RIFF", b"ID3", b"OggS", b"fLaC", b"<!DO", b"<htm", b'{"')


async def joined(pieces: list[bytes]) -> bytes:
    async def coming() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    chunks = [chunk async for chunk in whole_samples(coming(), RATE)]
    assert all(chunk.pcm for chunk in chunks), "no chunk is empty"
    return b"".join(chunk.pcm for chunk in chunks)


@given(st.lists(st.binary(max_size=7), max_size=20))
def test_what_was_sent_is_what_is_heard(pieces: list[bytes]) -> None:
    sent = b"".join(pieces)
    if sent.startswith(SIGNATURES):
        return
    whole = len(sent) - len(sent) % SAMPLE_BYTES
    assert asyncio.run(joined(pieces)) == sent[:whole]


@given(st.integers(1, 12), st.integers(0, 300))
def test_every_size_of_piece_will_do(size: int, samples: int) -> None:
    sent = b"".join(i.to_bytes(2, "little") for i in range(1000, 1000 + samples))
    pieces = [sent[start : start + size] for start in range(0, len(sent), size)]
    assert asyncio.run(joined(pieces)) == sent


def test_a_loud_first_sample_is_no_file() -> None:
    for first in (b"\xff\xfb", b'{"', b"ID"):
        sent = first + bytes(8)
        assert asyncio.run(joined([sent])) == sent
