"""What can go wrong, with voices that stream and with those that do not."""

from __future__ import annotations

import asyncio
import traceback
from pathlib import Path

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from polyvox.errors import (
    BadOutput,
    ConnectionLost,
    Interrupted,
    Misconfigured,
    ProviderError,
    QuotaExhausted,
    Refused,
    Throttled,
    TimedOut,
    Unavailable,
)
from polyvox.providers.google_tts.error_map import translated
from tests.emulators.faults import Fault
from tests.emulators.google import Emulator
from tests.unit.google_tts.stage import BOTH, STREAMED, TEXT, WHOLE, before, heard, until, utterance


@pytest.mark.parametrize("voice", BOTH)
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.THROTTLED, Throttled),
        (Fault.QUOTA, QuotaExhausted),
        (Fault.SERVER_ERROR, Unavailable),
        (Fault.REFUSED, Refused),
        (Fault.EMPTY, BadOutput),
        (Fault.MALFORMED, BadOutput),
    ],
)
async def test_a_failure_before_the_first_audio(
    fault: Fault, expected: type[ProviderError], voice: str, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.behaviour.script.append(fault)
    async with before(emulator, tmp_path) as provider:
        with pytest.raises(ProviderError) as caught:
            await heard(provider, utterance(voice))
        assert type(caught.value) is expected
        assert await heard(provider, utterance(voice)), "the next one is served"


@pytest.mark.parametrize("asked", [None, 2.5])
async def test_throttling_tells_when_to_come_back(
    asked: float | None, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.behaviour.script.append(Fault.THROTTLED)
    emulator.behaviour.retry_after = asked
    async with before(emulator, tmp_path) as provider:
        with pytest.raises(Throttled) as caught:
            await heard(provider, utterance())
    assert caught.value.retry_after == asked


async def test_a_refusal_that_quotes_the_text_does_not_spread_it(
    emulator: Emulator, tmp_path: Path
) -> None:
    emulator.behaviour.script.append(Fault.REFUSED)
    async with before(emulator, tmp_path) as provider:
        with pytest.raises(Refused) as caught:
            await heard(provider, utterance(WHOLE))
    assert TEXT not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("fault", "voice"),
    [(Fault.HANG, STREAMED), (Fault.HANG, WHOLE), (Fault.STALL, WHOLE)],
)
async def test_giving_up_waiting_reaches_the_service(
    fault: Fault, voice: str, emulator: Emulator, tmp_path: Path
) -> None:
    behaviour = emulator.behaviour
    behaviour.script.append(fault)
    async with before(emulator, tmp_path) as provider:
        others = asyncio.all_tasks()
        entering = asyncio.create_task(heard(provider, utterance(voice)))
        await until(lambda: bool(behaviour.synthesized))
        entering.cancel()
        await asyncio.wait([entering])
        assert entering.cancelled()
        await until(lambda: behaviour.cancelled == 1 and behaviour.running == 0)
        await until(lambda: asyncio.all_tasks() <= others)


@pytest.mark.parametrize("fault", [Fault.NONE, Fault.SLOW, Fault.STALL])
async def test_leaving_a_stream_reaches_the_service(
    fault: Fault, emulator: Emulator, tmp_path: Path
) -> None:
    behaviour = emulator.behaviour
    behaviour.always, behaviour.piece_bytes = fault, 501
    async with before(emulator, tmp_path) as provider:
        async with provider.speak(utterance()) as stream:
            assert (await anext(stream)).pcm
        await until(lambda: behaviour.running == 0)
    assert fault is Fault.NONE or behaviour.cancelled == 1


async def test_nothing_of_a_stream_left_early_outlives_the_provider(
    emulator: Emulator, tmp_path: Path
) -> None:
    emulator.behaviour.always = Fault.STALL
    others = asyncio.all_tasks()
    for _ in range(10):  # gRPC's own task is not always late
        async with before(emulator, tmp_path) as provider, provider.speak(utterance()):
            pass
        assert asyncio.all_tasks() <= others


async def test_audio_that_breaks_off_is_interrupted(emulator: Emulator, tmp_path: Path) -> None:
    emulator.behaviour.script.append(Fault.CUT)
    async with before(emulator, tmp_path) as provider, provider.speak(utterance()) as stream:
        assert (await anext(stream)).pcm
        with pytest.raises(Interrupted):
            _ = [chunk async for chunk in stream]


async def test_a_connection_lost_before_whole_audio_may_have_cost_something(
    emulator: Emulator, tmp_path: Path
) -> None:
    emulator.behaviour.script.append(Fault.CUT)
    async with before(emulator, tmp_path) as provider:
        with pytest.raises(ConnectionLost):
            await heard(provider, utterance(WHOLE))


@pytest.mark.parametrize("voice", BOTH)
async def test_silence_is_handed_on_for_the_router_to_judge(
    voice: str, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.behaviour.script.append(Fault.SILENCE)
    async with before(emulator, tmp_path) as provider:
        pcm = await heard(provider, utterance(voice))
    assert pcm
    assert not any(pcm)


@pytest.mark.parametrize("voice", BOTH)
async def test_stopping_ends_calls_with_an_error(
    voice: str, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.behaviour.script.append(Fault.HANG)
    async with before(emulator, tmp_path) as provider:
        speaking = asyncio.create_task(heard(provider, utterance(voice)))
        await until(lambda: bool(emulator.behaviour.synthesized))
        await provider.stop()
        with pytest.raises(Unavailable, match="was closed"):
            await speaking


def refusal(code: grpc.StatusCode, said: str = "", *details: object) -> grpc.aio.AioRpcError:
    status = status_pb2.Status(code=code.value[0], message=said)
    for detail in details:
        status.details.add().Pack(detail)
    trailing = grpc.aio.Metadata(("grpc-status-details-bin", status.SerializeToString()))
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), trailing, details=said)


@pytest.mark.parametrize(
    ("code", "said", "expected"),
    [
        (grpc.StatusCode.UNAUTHENTICATED, "", Misconfigured),
        (grpc.StatusCode.PERMISSION_DENIED, "", Misconfigured),
        (grpc.StatusCode.UNIMPLEMENTED, "", Misconfigured),
        (grpc.StatusCode.INTERNAL, "", Unavailable),
        (grpc.StatusCode.ABORTED, "", Unavailable),
        (grpc.StatusCode.UNKNOWN, "", Unavailable),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "", TimedOut),
        (grpc.StatusCode.UNAVAILABLE, "Connection reset by peer", ConnectionLost),
        (grpc.StatusCode.UNAVAILABLE, "failed to connect to all addresses", Unavailable),
        (grpc.StatusCode.UNAVAILABLE, "The service is currently unavailable.", Unavailable),
        (grpc.StatusCode.INTERNAL, "Received RST_STREAM with error code 2", ConnectionLost),
        (grpc.StatusCode.UNAVAILABLE, "metadata from plugin: ('invalid_grant: …')", Misconfigured),
    ],
)
def test_what_a_status_means(
    code: grpc.StatusCode, said: str, expected: type[ProviderError]
) -> None:
    assert type(translated(refusal(code, said))) is expected


def test_details_without_a_reason_are_read() -> None:
    retry, request = error_details_pb2.RetryInfo(), error_details_pb2.RequestInfo(request_id="r-1")
    retry.retry_delay.FromSeconds(7_200)
    error = translated(refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "", retry, request))
    assert isinstance(error, Throttled)
    assert (error.retry_after, error.request_id) == (3_600, "r-1")
