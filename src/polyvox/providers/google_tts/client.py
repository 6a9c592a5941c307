"""Calls to Google Cloud Text-to-Speech: the one place that speaks gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any

from polyvox.domain.audio import AudioChunk
from polyvox.domain.capabilities import Voice
from polyvox.errors import ConnectionLost
from polyvox.provider.rest import whole_samples
from polyvox.providers.google_tts.credentials import load_credentials
from polyvox.providers.google_tts.error_map import SERVICE, translated
from polyvox.providers.google_tts.settings import GoogleOptions
from polyvox.providers.google_tts.voices import SAMPLE_RATE, language_code, listed_voices

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from grpc.aio import Call

Transport = Any
"""Google's ``TextToSpeechGrpcAsyncIOTransport``, whose annotations leave out gRPC's own arguments."""

Input = Mapping[str, str]
"""``text`` or ``ssml``, as Google's SynthesisInput has them."""
LONGEST_CALL_S = 3600.0
"""gRPC's own deadline, which ends only what everybody else forgot: the longest text at the slowest
rate lasts half of it, and a listener may take a stream as slowly as it plays."""
CLOSE_S = 1.0
"""gRPC ends a cancelled call within milliseconds."""
PIECE_BYTES = SAMPLE_RATE * 2
"""Audio that comes in one message is handed on a second at a time."""
_CHANNEL = (
    ("grpc.max_receive_message_length", -1),  # 4 MiB else, which are 90 s of audio
    ("grpc.enable_http_proxy", 0),  # it leads nowhere that is on this machine
)


async def _connect(options: GoogleOptions) -> tuple[Transport, Mapping[str, str]]:
    """The transport, and the headers of every call. Raises Misconfigured. Nothing is sent yet."""
    if options.plain:
        # gRPC sends no credentials unencrypted: a key is sent by us, an account's tokens by nobody.
        only_key = {"credentials_file": None, "application_default": False}
        options = options.model_copy(update=only_key)
    credentials = await asyncio.to_thread(load_credentials, options)
    if options.plain:
        headers: dict[str, str] = {}
        credentials.apply(headers)  # type: ignore[no-untyped-call]
        return _plain(options.target), headers
    roots = options.root_certificates
    pem = await asyncio.to_thread(roots.read_bytes) if roots else None
    return _encrypted(options.target, credentials, pem), {}


def _encrypted(target: str, credentials: Credentials, roots: bytes | None) -> Transport:
    import grpc
    from google.cloud.texttospeech_v1.services.text_to_speech import transports

    return transports.TextToSpeechGrpcAsyncIOTransport(
        host=target,
        credentials=credentials,
        ssl_channel_credentials=grpc.ssl_channel_credentials(roots),
        always_use_jwt_access=True,
    )


def _plain(target: str) -> Transport:
    import grpc
    from google.cloud.texttospeech_v1.services.text_to_speech import transports

    return transports.TextToSpeechGrpcAsyncIOTransport(
        channel=grpc.aio.insecure_channel(target, options=_CHANNEL)
    )


class GoogleClient:
    """Over the transport of Google's client, and not the client itself: that hands out a stream only
    when the service has begun to answer, and one given up before then is never cancelled."""

    def __init__(self, options: GoogleOptions) -> None:
        self._options = options
        self._transport: Transport = None
        self._metadata: tuple[tuple[str, str], ...] = ()
        self.address = options.endpoint

    async def start(self) -> None:
        self._transport, headers = await _connect(self._options)
        self._metadata = tuple(headers.items())

    async def stop(self) -> None:
        """Calls under way raise ConnectionLost."""
        if self._transport is None:
            return
        await self._transport.close()
        # A cancelled call ends in a task of gRPC's own, which nothing in its interface waits for.
        ending = [task for task in asyncio.all_tasks() if _is_grpcs(task)]
        if ending:
            await asyncio.wait(ending, timeout=CLOSE_S)

    async def voices(self) -> Sequence[Voice]:
        """Best first. Raises ProviderError."""
        from google.cloud.texttospeech_v1 import ListVoicesRequest

        call = self._transport.list_voices(
            ListVoicesRequest(), timeout=LONGEST_CALL_S, metadata=self._metadata
        )
        async with _cancelled_on_leaving(call):
            response = await call
        return listed_voices(response.voices)

    async def speak(
        self, said: Input, voice_id: str, audio: Mapping[str, object], *, streaming: bool
    ) -> AsyncGenerator[AudioChunk, None]:
        """``said`` is the text or the SSML; ``audio`` are further fields of AudioConfig, or of StreamingAudioConfig.

        Raises ProviderError; BadOutput for what is no raw audio. Closing it cancels the call.
        """
        voice = {"language_code": language_code(voice_id), "name": voice_id}
        audio = {"audio_encoding": "PCM", "sample_rate_hertz": SAMPLE_RATE, **audio}
        ask = self._streamed if streaming else self._whole
        async with (
            aclosing(ask(said, voice, audio)) as pieces,
            aclosing(whole_samples(pieces, SAMPLE_RATE)) as chunks,
        ):
            async for chunk in chunks:
                yield chunk

    async def _streamed(
        self, said: Input, voice: Mapping[str, str], audio: Mapping[str, object]
    ) -> AsyncGenerator[bytes, None]:
        from google.cloud.texttospeech_v1 import StreamingSynthesizeRequest as Request

        config = Request(streaming_config={"voice": voice, "streaming_audio_config": audio})
        call = self._transport.streaming_synthesize(
            iter((config, Request(input=said))),
            timeout=LONGEST_CALL_S,
            metadata=self._metadata,
        )
        # Closed here: one left to the garbage collector keeps the channel and its thread alive.
        async with _cancelled_on_leaving(call), aclosing(aiter(call)) as responses:
            async for response in responses:
                yield response.audio_content

    async def _whole(
        self, said: Input, voice: Mapping[str, str], audio: Mapping[str, object]
    ) -> AsyncGenerator[bytes, None]:
        from google.cloud.texttospeech_v1 import SynthesizeSpeechRequest as Request

        request = Request(input=said, voice=voice, audio_config=audio)
        call = self._transport.synthesize_speech(
            request, timeout=LONGEST_CALL_S, metadata=self._metadata
        )
        async with _cancelled_on_leaving(call):
            response = await call
        for start in range(0, len(response.audio_content), PIECE_BYTES):
            yield response.audio_content[start : start + PIECE_BYTES]


def _is_grpcs(task: asyncio.Task[Any]) -> bool:
    return getattr(task.get_coro(), "__qualname__", "").startswith("_AioCall.")


@asynccontextmanager
async def _cancelled_on_leaving(call: Call) -> AsyncIterator[None]:
    """What goes wrong inside becomes a ProviderError. Leaving cancels the call."""
    from grpc.aio import AioRpcError

    try:
        yield
    except AioRpcError as error:
        raise translated(error) from None  # Google's words may quote the text
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise ConnectionLost(f"The connection to {SERVICE} was closed.") from None
    finally:
        call.cancel()
