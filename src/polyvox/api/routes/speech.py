"""``POST /v1/audio/speech`` as OpenAI's, and the report of what became of it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from polyvox.api.host import HostDep, ServicesDep, ThreadsDep
from polyvox.api.schemas import SpeechBody
from polyvox.api.streaming import Events, Plain, Reply
from polyvox.api.views import ReportView
from polyvox.domain.audio import MEDIA_TYPES
from polyvox.domain.speech import SpeechRequest
from polyvox.services.container import Services
from polyvox.services.speech import Speech

router = APIRouter(tags=["speech"])

_AUDIO: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_REPLY: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Audio, streamed as it is made. A reply that breaks off ends without its "
        "last chunk, so that no client takes it for whole.",
        "content": {
            **dict.fromkeys(MEDIA_TYPES.values(), _AUDIO),
            "text/event-stream": {"schema": {"type": "string"}},
        },
        "headers": {
            name: {"description": description, "schema": {"type": "string"}}
            for name, description in {
                "x-polyvox-speech-id": "For GET /v1/speech/{id}.",
                "x-polyvox-provider": "Who speaks first; missing when there is nothing to say.",
                "x-request-id": "The caller's, if it sent one.",
            }.items()
        },
    }
}


@router.post("/v1/audio/speech", response_class=Response, responses=_REPLY, summary="Speak a text")
async def speak(body: SpeechBody, host: HostDep, threads: ThreadsDep) -> Reply:
    """OpenAI's endpoint. `language`, `provider` and `fallback` are Polyvox's own additions."""
    return Reply(
        lambda: _open(body, host.services),
        body.response_format,
        Events() if body.stream_format == "sse" else Plain(body.response_format),
        threads=threads,
        limit_s=host.settings.reply_timeout_s,
        listeners=host.metrics.listeners,
    )


async def _open(body: SpeechBody, services: Services) -> Speech:
    addressee = await services.addressing.resolve(
        model=body.model, voice=body.voice_name, provider=body.provider
    )
    request = SpeechRequest(
        text=body.input,
        personality=addressee.personality,
        voice_config=addressee.voice_config,
        language=body.language,
        provider=addressee.provider,
        voice=addressee.voice,
        speed=body.speed,
        fallback=body.fallback,
    )
    return await services.speak.speak(request)


@router.get("/v1/speech/{speech_id}", summary="The report of a reply")
async def report(speech_id: str, services: ServicesDep) -> ReportView:
    """Every segment's attempts, and why each other candidate was out. There from the reply's end."""
    found = await services.usage.report(speech_id)
    return ReportView.model_validate(found.model_dump())
