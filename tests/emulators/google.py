"""Google Cloud Text-to-Speech over gRPC, as its client library and documentation describe it."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NoReturn, TypeAlias

import grpc
from google.cloud import texttospeech_v1 as tts
from google.rpc import status_pb2
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo

from tests.emulators.faults import Behaviour, Fault
from tests.emulators.google_voices import VOICES
from tests.emulators.http_audio import watched
from tests.emulators.running import in_thread
from tests.emulators.speech import plain, spoken

KEY = "AIza-of-the-emulator"
ACCOUNT = "speaker@emulated.iam.gserviceaccount.com"
MAX_BYTES = 5_000
_TOO_LONG = (
    "This request contains sentences that are too long. Consider splitting up long sentences with "
    "sentence ending punctuation e.g. periods."
)
SERVICE = "google.cloud.texttospeech.v1.TextToSpeech"
Asked = tts.SynthesizeSpeechRequest | tts.StreamingSynthesizeConfig
Context: TypeAlias = grpc.aio.ServicerContext


@dataclass
class Emulator:
    """``endpoint`` is a URL; ``asked`` holds the requests of ``behaviour.synthesized`` whole.
    A text of more than ``longest_sentence`` characters is refused as Google refuses such a sentence."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    voices: list[tts.Voice] = field(default_factory=lambda: list(VOICES))
    asked: list[Asked] = field(default_factory=list)
    listings: int = 0
    longest_sentence: int | None = None
    endpoint: str = ""

    async def list_voices(
        self, request: tts.ListVoicesRequest, context: Context
    ) -> tts.ListVoicesResponse:
        await _identify(context)
        self.listings += 1
        return tts.ListVoicesResponse(voices=self.voices)

    async def synthesize(
        self, request: tts.SynthesizeSpeechRequest, context: Context
    ) -> tts.SynthesizeSpeechResponse:
        with watched(self.behaviour):
            await _identify(context)
            await self._check_voice(request.voice, context)
            if "Chirp3-HD" in request.voice.name and "pitch" in request.audio_config:
                await _invalid(
                    context, "This voice does not support pitch parameters at this time."
                )
            pcm, fault = await self._made(
                request,
                request.input.text or request.input.ssml,
                request.audio_config,
                context,
            )
            if fault is Fault.CUT:
                await _refuse(context, grpc.StatusCode.UNAVAILABLE, "Socket closed")
            if fault is Fault.STALL:
                await asyncio.Event().wait()
            return tts.SynthesizeSpeechResponse(audio_content=pcm)

    async def stream(
        self, requests: AsyncIterator[tts.StreamingSynthesizeRequest], context: Context
    ) -> None:
        # Writes, and does not yield: a generator is not told when its caller leaves.
        with watched(self.behaviour):
            # Not before it is read: gRPC's client hides a refusal that comes while it still writes
            # behind an error of its own. Only a service on loopback is that quick.
            asked = [request async for request in requests]
            await _identify(context)
            config, text = await _read(asked, context)
            await self._check_voice(config.voice, context)
            if "Chirp3-HD" not in config.voice.name:
                await _invalid(context, "Only Chirp 3: HD voices can be streamed.")
            audio = config.streaming_audio_config
            pcm, fault = await self._made(config, text, audio, context)
            size = self.behaviour.piece_bytes
            for start in range(0, len(pcm), size):
                if start >= len(pcm) // 2:
                    await _break_off(fault, context)
                piece = pcm[start : start + size]
                await context.write(tts.StreamingSynthesizeResponse(audio_content=piece))
                if fault is Fault.SLOW:
                    await asyncio.sleep(self.behaviour.pause_s)

    async def _check_voice(self, voice: tts.VoiceSelectionParams, context: Context) -> None:
        known = next((v for v in self.voices if v.name == voice.name), None)
        if known is None or "-" not in voice.name:
            await _invalid(context, f"Voice '{voice.name}' does not exist. Is it misspelled?")
        if voice.language_code not in known.language_codes:
            await _invalid(context, f"'{voice.language_code}' is not the voice's language code.")

    async def _made(
        self,
        asked: Asked,
        text: str,
        audio: tts.AudioConfig | tts.StreamingAudioConfig,
        context: Context,
    ) -> tuple[bytes, Fault]:
        """The audio, with the fault of this synthesis if it is one that comes in the audio."""
        if audio.audio_encoding != tts.AudioEncoding.PCM:
            await _invalid(context, "The emulator has no encoding but PCM.")
        if not text or len(text.encode()) > MAX_BYTES:
            await _invalid(context, f"`input` must hold 1 to {MAX_BYTES} bytes.")
        self.behaviour.synthesized.append(text)
        self.asked.append(asked)
        fault = self.behaviour.next_fault()
        await self._fail(fault, text, context)
        if self.longest_sentence is not None and len(text) > self.longest_sentence:
            await _invalid(context, _TOO_LONG)
        speed = audio.speaking_rate or 1.0
        said = plain(text) if text.startswith("<speak>") else text
        pcm = await asyncio.to_thread(spoken, said, audio.sample_rate_hertz, speed=speed)
        match fault:
            case Fault.EMPTY:
                pcm = b""
            case Fault.SILENCE:
                pcm = bytes(len(pcm))
            case Fault.MALFORMED:
                pcm = b"RIFF" + len(pcm).to_bytes(4, "little") + b"WAVE" + pcm
        return pcm, fault

    async def _fail(self, fault: Fault, text: str, context: Context) -> None:
        exhausted = grpc.StatusCode.RESOURCE_EXHAUSTED
        match fault:
            case Fault.HANG:
                await asyncio.Event().wait()
            case Fault.THROTTLED:
                details: list[ErrorInfo | RetryInfo] = [_reason("RATE_LIMIT_EXCEEDED")]
                if self.behaviour.retry_after is not None:
                    info = RetryInfo()
                    info.retry_delay.FromMilliseconds(round(self.behaviour.retry_after * 1000))
                    details.append(info)
                await _refuse(context, exhausted, "Quota exceeded for 'requests'.", *details)
            case Fault.QUOTA:
                reason = _reason("RESOURCE_QUOTA_EXCEEDED")
                await _refuse(context, exhausted, "Resource has been exhausted.", reason)
            case Fault.SERVER_ERROR:
                await _refuse(context, grpc.StatusCode.UNAVAILABLE, "The service is unavailable.")
            case Fault.REFUSED:
                await _invalid(context, f'Sentence starting with: "{text}" is too long.')


async def _read(
    asked: list[tts.StreamingSynthesizeRequest], context: Context
) -> tuple[tts.StreamingSynthesizeConfig, str]:
    first, *rest = asked
    if "streaming_config" not in first or not all("input" in request for request in rest):
        await _invalid(context, "The first message holds the config, the others the input.")
    return first.streaming_config, "".join(request.input.text for request in rest)


async def _break_off(fault: Fault, context: Context) -> None:
    if fault is Fault.STALL:
        await asyncio.Event().wait()
    if fault is Fault.CUT:
        await _refuse(context, grpc.StatusCode.ABORTED, "Stream aborted.")


async def _identify(context: Context) -> None:
    """Google answers a wrong key as a wrong argument, and no key as a permission denied."""
    said = dict(context.invocation_metadata())
    if said.get("x-goog-api-key") == KEY or _issuer(said.get("authorization", "")) == ACCOUNT:
        return
    if "x-goog-api-key" in said:
        message = "API key not valid. Please pass a valid API key."
        await _invalid(context, message, _reason("API_KEY_INVALID"))
    denied = grpc.StatusCode.PERMISSION_DENIED
    await _refuse(context, denied, "Method doesn't allow unregistered callers.")


def _issuer(authorization: str) -> str | None:
    """Who signed the token of a service account. The signature itself is not checked."""
    scheme, _, token = authorization.partition(" ")
    if scheme != "Bearer" or token.count(".") != 2:
        return None
    claims = token.split(".")[1]
    issuer: str | None = json.loads(base64.urlsafe_b64decode(claims + "==")).get("iss")
    return issuer


def _reason(reason: str) -> ErrorInfo:
    return ErrorInfo(reason=reason, domain="googleapis.com")


async def _invalid(context: Context, message: str, *details: ErrorInfo) -> NoReturn:
    await _refuse(context, grpc.StatusCode.INVALID_ARGUMENT, message, *details)


async def _refuse(
    context: Context, code: grpc.StatusCode, message: str, *details: ErrorInfo | RetryInfo
) -> NoReturn:
    status = status_pb2.Status(code=code.value[0], message=message)
    for detail in details:
        status.details.add().Pack(detail)
    trailing = (("grpc-status-details-bin", status.SerializeToString()),)
    await context.abort(code, message, trailing_metadata=trailing)
    raise AssertionError("abort raises")


@contextmanager
def running_google(
    credentials: grpc.ServerCredentials | None = None, behaviour: Behaviour | None = None
) -> Iterator[Emulator]:
    """The service on a loopback port: encrypted with ``credentials``, else plain."""
    emulator = Emulator(behaviour or Behaviour())

    async def serve(ready: Callable[[int], None], stop: asyncio.Event) -> None:
        server = grpc.aio.server()
        server.add_generic_rpc_handlers((_handlers(emulator),))
        if credentials is None:
            port = server.add_insecure_port("127.0.0.1:0")
        else:
            port = server.add_secure_port("127.0.0.1:0", credentials)
        await server.start()
        ready(port)
        await stop.wait()
        await server.stop(grace=0)

    with in_thread(serve) as port:
        scheme = "http" if credentials is None else "https"
        emulator.endpoint = f"{scheme}://127.0.0.1:{port}"
        yield emulator


def _handlers(emulator: Emulator) -> grpc.GenericRpcHandler:
    unary, stream = grpc.unary_unary_rpc_method_handler, grpc.stream_stream_rpc_method_handler
    methods = {
        "ListVoices": unary(
            emulator.list_voices,
            tts.ListVoicesRequest.deserialize,
            tts.ListVoicesResponse.serialize,
        ),
        "SynthesizeSpeech": unary(
            emulator.synthesize,
            tts.SynthesizeSpeechRequest.deserialize,
            tts.SynthesizeSpeechResponse.serialize,
        ),
        "StreamingSynthesize": stream(
            emulator.stream,
            tts.StreamingSynthesizeRequest.deserialize,
            tts.StreamingSynthesizeResponse.serialize,
        ),
    }
    return grpc.method_handlers_generic_handler(SERVICE, methods)
