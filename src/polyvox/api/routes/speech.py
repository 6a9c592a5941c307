"""``POST /v1/audio/speech`` as OpenAI's, and the report of what became of it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response

from polyvox.api.host import HostDep, PlaybacksDep, ServicesDep, ThreadsDep
from polyvox.api.playback import Playback, Played, Range
from polyvox.api.schemas import SpeechBody, TicketBody
from polyvox.api.streaming import Events, Plain, Reply
from polyvox.api.views import ReportView, TicketView
from polyvox.domain.audio import MEDIA_TYPES
from polyvox.domain.speech import SpeechRequest
from polyvox.services.container import Services
from polyvox.services.speech import Speech
from polyvox.services.tickets import AUDIO_PATH, GOOD_FOR_S

router = APIRouter(tags=["speech"])

REPORT_PATH = "/v1/speech/{speech_id}"
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
_PLAYED: dict[int | str, dict[str, Any]] = {
    **_REPLY,
    206: {"description": "The range that was asked for."},
    416: {"description": "The reply is whole, and shorter."},
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
    return await services.speak.speak(await _request(body, services))


async def _request(body: TicketBody, services: Services) -> SpeechRequest:
    addressee = await services.addressing.resolve(
        model=body.model, voice=body.voice_name, provider=body.provider
    )
    return SpeechRequest(
        text=body.input,
        personality=addressee.personality,
        voice_config=addressee.voice_config,
        language=body.language,
        provider=addressee.provider,
        voice=addressee.voice,
        instructions=body.instructions,
        speed=body.speed,
        fallback=body.fallback,
    )


@router.post("/v1/speech/tickets", status_code=201, summary="An address for a player to fetch")
async def put_down(body: TicketBody, services: ServicesDep) -> TicketView:
    """The body of `/v1/audio/speech`, for an `<audio>` element. What can be refused at once is refused.

    Kept in the memory of the process that answers, which is the one that has to be asked for it.
    """
    ticket = await services.tickets.issue(await _request(body, services), body.response_format)
    return TicketView(
        id=ticket.id,
        audio=ticket.audio,
        report=REPORT_PATH.format(speech_id=ticket.id),
        seconds=GOOD_FOR_S,
    )


@router.get(AUDIO_PATH, response_class=Response, responses=_PLAYED, summary="Speak a ticket's text")
async def play(
    speech_id: str,
    host: HostDep,
    threads: ThreadsDep,
    playbacks: PlaybacksDep,
    range: Annotated[str | None, Header()] = None,
) -> Played:
    """Spoken once, by the first request, as it is listened to; others, and ranges, get the same audio.

    The work goes on for three seconds without a listener, which is how players look at the
    beginning and come back. What is whole is kept in memory for five minutes after it was last read.
    """

    def begin() -> Playback:
        ticket = host.services.tickets.redeem(speech_id)
        return Playback(
            lambda: host.services.speak.speak(ticket.request, speech_id=ticket.id),
            ticket.format,
            threads,
        )

    return Played(
        lambda: playbacks.reading(speech_id, begin),
        Range.parse(range),
        limit_s=host.settings.reply_timeout_s,
        listeners=host.metrics.listeners,
    )


@router.get(REPORT_PATH, summary="The report of a reply")
async def report(speech_id: str, services: ServicesDep) -> ReportView:
    """Every segment's attempts, and why each other candidate was out. It grows with the reply: until
    its end, the outcome is `running`."""
    found = services.speak.running(speech_id) or await services.usage.report(speech_id)
    return ReportView.model_validate(found.model_dump())
