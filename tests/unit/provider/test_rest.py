"""Calls over HTTP, against a real server: what comes back whole, and what each failure becomes."""

from __future__ import annotations

import asyncio
import gzip
import socket
from typing import Any

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from polyvox.errors import (
    BadOutput,
    ConnectionLost,
    Interrupted,
    Misconfigured,
    ProviderError,
    QuotaExhausted,
    Refused,
    Throttled,
    Unavailable,
)
from polyvox.provider.base import audio_stream
from polyvox.provider.rest import MOST_OF_A_REFUSAL, RestClient
from tests.unit.provider.stage import RATE, Service, answering, client

PCM = bytes(range(256)) * 64


def replying(*args: Any, **fields: Any) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(*args, **fields)

    return handler


def audio(body: bytes, **fields: Any) -> Handler:
    return replying(body=body, **{"content_type": "audio/pcm", **fields})


async def take(rest: RestClient, service: Service, path: str = "/") -> bytes:
    chunks = rest.pcm("GET", service.url(path), sample_rate=RATE)
    return b"".join([chunk.pcm async for chunk in chunks])


async def refusal(handler: Handler) -> ProviderError:
    with answering(handler) as service:
        async with client() as rest:
            with pytest.raises(ProviderError) as caught:
                await rest.json("GET", service.url())
    return caught.value


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (400, "", Refused),
        (401, "", Misconfigured),
        (429, "slow down", Throttled),
        (429, "You are OUT of Credit.", QuotaExhausted),
        (400, "out of credit", Refused),
        (418, "", Unavailable),
        (500, "", Unavailable),
        (503, "", Unavailable),
        (304, "", Unavailable),
    ],
)
async def test_a_refusal_is_what_the_table_says(
    status: int, said: str, kind: type[ProviderError]
) -> None:
    error = await refusal(
        replying(status=status, text=said or None, headers={"x-request-id": "r-7"})
    )
    assert type(error) is kind
    assert error.request_id == "r-7"
    if kind is Unavailable:
        assert str(status) in error.message
    if said:
        assert said not in str(error)


@pytest.mark.parametrize("pause_s", [0.0, 0.02])
async def test_words_are_found_however_the_body_comes(pause_s: float) -> None:
    async def in_pieces(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=429)
        await response.prepare(request)
        for piece in (b"You are out", b" of cre", b"dit."):
            await response.write(piece)
            await asyncio.sleep(pause_s)
        return response

    assert type(await refusal(in_pieces)) is QuotaExhausted


async def test_only_the_beginning_of_a_refusal_is_read() -> None:
    endless = replying(status=429, body=b"x" * MOST_OF_A_REFUSAL + b"out of credit" * 100_000)
    assert type(await refusal(endless)) is Throttled


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("999999999", 3600.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2093 07:28:00 GMT", 3600.0),
        ("soon", None),
        ("nan", None),
        (None, None),
    ],
)
async def test_when_to_come_back(header: str | None, seconds: float | None) -> None:
    error = await refusal(
        replying(status=429, headers={} if header is None else {"Retry-After": header})
    )
    assert isinstance(error, Throttled)
    assert error.retry_after == seconds


async def test_a_redirect_is_refused_and_not_followed() -> None:
    with answering(replying(status=302, headers={"Location": "/elsewhere"})) as service:
        async with client() as rest:
            with pytest.raises(Unavailable, match="302"):
                await take(rest, service, "/here")
    assert service.seen == ["/here"]


async def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = Service(taken.getsockname()[1], [])
        async with client() as rest:
            with pytest.raises(Unavailable, match="The service cannot be reached"):
                await take(rest, nobody)


async def cut(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "audio/pcm"})
    response.enable_chunked_encoding()
    await response.prepare(request)
    await response.write(PCM)
    await asyncio.sleep(0.02)  # so that the audio is read before the connection is seen to end
    assert request.transport is not None
    request.transport.abort()
    return response


async def test_a_connection_cut_in_the_body_is_an_error() -> None:
    with answering(cut) as service:
        async with client() as rest:
            with pytest.raises(Unavailable, match="connection to The service was lost"):
                await take(rest, service)
            chunks = rest.pcm("GET", service.url(), sample_rate=RATE)
            async with audio_stream(chunks) as stream:
                assert (await anext(stream)).pcm
                with pytest.raises(Interrupted, match="lost"):
                    [chunk async for chunk in stream]


async def test_a_connection_cut_before_the_head_is_an_error() -> None:
    async def abort(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    assert type(await refusal(abort)) is ConnectionLost


@pytest.mark.parametrize(
    "body",
    [
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"ID3\x04\x00\x00",
        b"OggS\x00\x02",
        b"fLaC\x00\x00",
        b'{"error": 1}',
        b"<!DOCTYPE html>",
        b"<html></html>",
    ],
)
@pytest.mark.parametrize("piece", [1, 2, 3, 100])
async def test_a_file_is_no_raw_audio(body: bytes, piece: int) -> None:
    async def in_pieces(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "audio/pcm"})
        await response.prepare(request)
        for start in range(0, len(body), piece):
            await response.write(body[start : start + piece])
            await asyncio.sleep(0)
        return response

    with answering(in_pieces) as service:
        async with client() as rest:
            with pytest.raises(BadOutput, match="a file"):
                await take(rest, service)


@pytest.mark.parametrize("kind", ["application/json", "text/html", "audio/mpeg", "audio/ogg"])
async def test_another_content_type_is_no_raw_audio(kind: str) -> None:
    with answering(audio(PCM, content_type=kind)) as service:
        async with client() as rest:
            with pytest.raises(BadOutput, match=kind):
                await take(rest, service)


@pytest.mark.parametrize(
    "kind", ["audio/pcm", "Audio/L16", "audio/x-wav", "application/octet-stream"]
)
async def test_raw_audio_is_taken_as_it_is(kind: str) -> None:
    with answering(audio(PCM, content_type=kind)) as service:
        async with client() as rest:
            assert await take(rest, service) == PCM


async def test_zipped_bodies_are_unzipped() -> None:
    zipped = {"Content-Encoding": "gzip"}
    with answering(audio(gzip.compress(PCM), headers=zipped)) as service:
        async with client() as rest:
            assert await take(rest, service) == PCM


async def test_a_broken_zip_is_an_error() -> None:
    zipped = {"Content-Encoding": "gzip"}
    with answering(audio(b"no gzip at all", headers=zipped)) as service:
        async with client() as rest:
            with pytest.raises(Unavailable):
                await take(rest, service)


@pytest.mark.parametrize("body", [b"", b"no json", b"\xff\xfe\xfa", b"[1"])
async def test_what_is_not_json_is_bad_output(body: bytes) -> None:
    error = await refusal(replying(body=body, content_type="application/json"))
    assert type(error) is BadOutput


async def test_json_is_read_whatever_its_content_type() -> None:
    with answering(replying(text='{"voices": ["Zoë"]}', content_type="text/plain")) as service:
        async with client() as rest:
            assert await rest.json("GET", service.url()) == {"voices": ["Zoë"]}


async def test_leaving_early_closes_the_connection_at_once() -> None:
    left = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "audio/pcm"})
        await response.prepare(request)
        try:
            while True:
                await response.write(PCM)
                await asyncio.sleep(0.001)
        finally:
            loop.call_soon_threadsafe(left.set)

    with answering(endless) as service:
        async with client() as rest:
            before = asyncio.all_tasks()
            async with audio_stream(rest.pcm("GET", service.url(), sample_rate=RATE)):
                pass
            await asyncio.sleep(0)  # where the loop would begin to close what was left to it
            assert asyncio.all_tasks() == before, "nothing is left to be tidied up later"
            await asyncio.wait_for(left.wait(), 5.0)


async def test_a_connection_is_used_again() -> None:
    ports: list[int] = []

    async def note(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        ports.append(request.transport.get_extra_info("peername")[1])
        return web.Response(body=PCM, content_type="audio/pcm")

    with answering(note) as service:
        async with client() as rest:
            for _ in range(3):
                await take(rest, service)
    assert len(ports) == 3
    assert len(set(ports)) == 1


async def test_a_client_that_is_not_started_says_so() -> None:
    with answering(audio(PCM)) as service:
        async with client() as rest:
            await rest.stop()
            with pytest.raises(Unavailable, match="not started"):
                await take(rest, service)
    await rest.stop()
