"""One file from a host that is allowed, and nothing from anywhere else."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from polyvox.errors import BadSample
from polyvox.fetching.fetcher import MAX_REDIRECTS, FetchLimits, HostFetcher
from tests.unit.fetching.stage import (
    AUDIO,
    NAME,
    OTHER,
    PRIVATE,
    PUBLIC,
    Names,
    Stage,
    staged,
)


async def _audio(_: web.Request) -> web.Response:
    return web.Response(body=AUDIO, content_type="text/html")  # whatever it claims to be


async def _lead(request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": request.query["to"]})


async def _nowhere(request: web.Request) -> web.Response:
    return web.Response(status=302)


async def _hops(request: web.Request) -> web.Response:
    left = int(request.match_info["left"])
    return web.Response(
        status=307, headers={"Location": f"../hops/{left - 1}" if left else "/audio"}
    )


async def _endless(request: web.Request) -> web.StreamResponse:
    """Says nothing of its length, and never ends."""
    response = web.StreamResponse()
    response.enable_chunked_encoding()
    await response.prepare(request)
    while request.transport is not None and not request.transport.is_closing():
        await response.write(AUDIO)
        await asyncio.sleep(0)  # else nobody may notice that the other side has gone
    return response


async def _stalls(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"RIFF")
    await asyncio.Event().wait()
    return response


async def _cut(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"RIFF")
    assert request.transport is not None
    request.transport.close()
    return response


async def _huge(_: web.Request) -> web.Response:
    return web.Response(headers={"Content-Length": str(len(AUDIO) + 1)})


async def _zipped(_: web.Request) -> web.Response:
    return web.Response(body=AUDIO, headers={"Content-Encoding": "gzip"})


async def _empty(_: web.Request) -> web.Response:
    return web.Response()


ROUTES = [
    web.get("/audio", _audio),
    web.get("/lead", _lead),
    web.get("/nowhere", _nowhere),
    web.get("/hops/{left}", _hops),
    web.get("/endless", _endless),
    web.get("/stalls", _stalls),
    web.get("/cut", _cut),
    web.get("/huge", _huge),
    web.get("/zipped", _zipped),
    web.get("/empty", _empty),
]


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged(ROUTES) as stage:
        yield stage


async def refusal(fetcher: HostFetcher, url: str, into: Path) -> str:
    """What is said of ``url``; nothing of it may be left on the disk, nor in the message."""
    with pytest.raises(BadSample) as caught:
        await fetcher.fetch(url, into)
    assert not await asyncio.to_thread(into.exists)
    assert caught.value.param == "url"
    assert NAME not in str(caught.value)
    assert caught.value.__cause__ is None
    return str(caught.value)


async def test_a_file_arrives_as_it_is(stage: Stage, tmp_path: Path) -> None:
    fetched = await stage.fetcher().fetch(stage.url(), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == AUDIO
    assert fetched.size == len(AUDIO)
    assert fetched.sha256 == hashlib.sha256(AUDIO).hexdigest()
    assert (stage.names.asked, stage.names.closed) == ([NAME], 1)


async def test_nothing_of_ours_is_told(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text(f"machine {NAME} login ada password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTPS_PROXY", f"http://{PRIVATE}:{stage.port}")
    await stage.fetcher().fetch(stage.url(), tmp_path / "a")
    asked = stage.seen[0].headers
    assert not {"Authorization", "Cookie", "Referer"} & set(asked)
    assert asked["Accept-Encoding"] == "identity"
    assert stage.intrusions == 0


@pytest.mark.parametrize("hops", range(MAX_REDIRECTS))
async def test_a_few_redirects_are_followed(stage: Stage, tmp_path: Path, hops: int) -> None:
    await stage.fetcher().fetch(stage.url(f"/hops/{hops}"), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == AUDIO


async def test_many_redirects_are_not_followed(stage: Stage, tmp_path: Path) -> None:
    said = await refusal(stage.fetcher(), stage.url(f"/hops/{MAX_REDIRECTS}"), tmp_path / "a")
    assert f"more than {MAX_REDIRECTS}" in said
    assert len(stage.seen) == MAX_REDIRECTS + 1


async def test_a_redirect_to_another_host_on_the_list_is_followed(
    stage: Stage, tmp_path: Path
) -> None:
    stage.names.answers[OTHER] = [[PUBLIC]]
    fetcher = stage.fetcher(f"{NAME}:{stage.port}", f"{OTHER}:{stage.port}")
    await fetcher.fetch(stage.url(f"/lead?to={stage.url(host=OTHER)}"), tmp_path / "a")
    assert stage.names.asked == [NAME, OTHER]


@pytest.mark.parametrize(
    "target",
    [
        *("https://{other}:{port}/audio", "http://{name}:{port}/audio", "//{other}:{port}/audio"),
        *("https://127.0.0.2:{port}/", "https://[::ffff:127.0.0.2]:{port}/"),
        *("https://2130706434:{port}/", "https://0x7f.2:{port}/", "https://127.2:{port}/"),
        *(
            "file:///etc/passwd",
            "https://{name}@{other}:{port}/",
            "https://a:b@{name}:{port}/audio",
        ),
        *("https://[", "data:audio/wav,RIFF"),
    ],
)
async def test_a_redirect_elsewhere_is_refused(stage: Stage, tmp_path: Path, target: str) -> None:
    stage.names.answers[OTHER] = [[PRIVATE]]
    there = target.format(name=NAME, other=OTHER, port=stage.port)
    await refusal(stage.fetcher(), stage.url(f"/lead?to={there}"), tmp_path / "a")
    assert (stage.intrusions, stage.names.asked) == (0, [NAME])


async def test_a_redirect_needs_a_place(stage: Stage, tmp_path: Path) -> None:
    assert "nowhere" in await refusal(stage.fetcher(), stage.url("/nowhere"), tmp_path / "a")


@pytest.mark.parametrize(
    "addresses",
    [
        *([PRIVATE], [PUBLIC, PRIVATE], [PRIVATE, PUBLIC], ["169.254.169.254"], ["10.0.0.1"]),
        *(["::1"], ["::ffff:127.0.0.2"], ["64:ff9b::7f00:2"], ["fe80::1%lo"], ["0.0.0.0"]),
    ],
    ids=",".join,
)
async def test_a_name_of_a_private_address_is_refused(
    stage: Stage, tmp_path: Path, addresses: list[str]
) -> None:
    stage.names.answers[NAME] = [addresses]
    said = await refusal(stage.fetcher(), stage.url(), tmp_path / "a")
    assert "public internet" in said
    assert (stage.intrusions, stage.seen) == (0, [])


async def test_a_name_that_changes_its_address_gains_nothing(stage: Stage, tmp_path: Path) -> None:
    stage.names.answers[NAME] = [[PUBLIC], [PRIVATE]]
    await stage.fetcher().fetch(stage.url(), tmp_path / "a")
    assert (stage.names.asked, stage.intrusions) == ([NAME], 0)


async def test_a_name_that_changes_its_address_between_redirects_is_refused(
    stage: Stage, tmp_path: Path
) -> None:
    stage.names.answers[NAME] = [[PUBLIC], [PRIVATE]]
    said = await refusal(stage.fetcher(), stage.url("/hops/0"), tmp_path / "a")
    assert "public internet" in said
    assert (len(stage.seen), stage.intrusions) == (1, 0)


async def test_by_default_this_machine_is_not_the_internet(stage: Stage, tmp_path: Path) -> None:
    fetcher = HostFetcher([f"localhost:{stage.port}", f"http://localhost:{stage.port}"])
    for scheme in ("https", "http"):
        url = f"{scheme}://localhost:{stage.port}/audio"
        assert "public internet" in await refusal(fetcher, url, tmp_path / "a")
    assert stage.seen == []


async def test_a_host_needs_a_certificate_of_its_name(stage: Stage, tmp_path: Path) -> None:
    name = "stranger.test"
    stage.names.answers[name] = [[PUBLIC]]
    fetcher = stage.fetcher(f"{name}:{stage.port}")
    said = await refusal(fetcher, stage.url(host=name), tmp_path / "a")
    assert "certificate" in said
    untrusting = stage.fetcher(tls=None)
    assert "certificate" in await refusal(untrusting, stage.url(), tmp_path / "a")
    assert stage.seen == []


async def test_http_is_possible_where_it_is_allowed(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\n\r\nRIFF")
        writer.close()

    async with await asyncio.start_server(answer, PUBLIC, 0) as server:
        origin = f"http://{NAME}:{server.sockets[0].getsockname()[1]}"
        stage = Stage(0, trust=None, names=Names({NAME: [[PUBLIC]]}))  # type: ignore[arg-type]
        fetched = await stage.fetcher(origin).fetch(f"{origin}/a", tmp_path / "a")
    assert fetched.size == len(b"RIFF")


@pytest.mark.parametrize("path", ["/endless", "/huge"])
async def test_a_file_beyond_the_limit_is_given_up(stage: Stage, tmp_path: Path, path: str) -> None:
    said = await refusal(stage.fetcher(), stage.url(path), tmp_path / "a")
    assert f"{len(AUDIO)} bytes (samples.max_bytes)" in said


async def test_a_file_that_does_not_arrive_in_time_is_given_up(
    stage: Stage, tmp_path: Path
) -> None:
    fetcher = stage.fetcher(limits=FetchLimits(total_s=0.3))
    said = await refusal(fetcher, stage.url("/stalls"), tmp_path / "a")
    assert "0.3 s (samples.fetch_s)" in said


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/cut", "broke off"),
        ("/empty", "nothing at the address"),
        ("/zipped", "compressed"),
        ("/missing", "status 404"),
    ],
)
async def test_what_is_no_file_is_told(stage: Stage, tmp_path: Path, path: str, said: str) -> None:
    assert said in await refusal(stage.fetcher(), stage.url(path), tmp_path / "a")


async def test_a_host_that_is_not_there_is_told(stage: Stage, tmp_path: Path) -> None:
    fetcher = stage.fetcher(f"{OTHER}:{stage.port}")
    assert "reached" in await refusal(fetcher, stage.url(host=OTHER), tmp_path / "a")


async def test_leaving_leaves_nothing(stage: Stage, tmp_path: Path) -> None:
    task = asyncio.create_task(stage.fetcher().fetch(stage.url("/stalls"), tmp_path / "a"))
    async with asyncio.timeout(10):
        while not (tmp_path / "a").exists():  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not (tmp_path / "a").exists()
