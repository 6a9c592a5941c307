from __future__ import annotations

import pytest

from polyvox.domain.audio import AudioFormat
from polyvox.domain.speech import SpeechRequest
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import NoVoiceLeft, UnknownTicket
from polyvox.services.container import Services
from polyvox.services.tickets import GOOD_FOR_S, MAX_TICKETS, Tickets

WISH = SpeechRequest(text="Later.", voice_config=VoiceConfig(active_provider="fault_a"))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_ticket_is_spoken_once_and_within_a_minute(services: Services) -> None:
    clock = Clock()
    tickets = Tickets(services.speak, clock=clock)
    ticket = await tickets.issue(WISH, AudioFormat.MP3)
    assert tickets.redeem(ticket.id).request is WISH
    with pytest.raises(UnknownTicket, match="within 60 s"):
        tickets.redeem(ticket.id)
    late = await tickets.issue(WISH, AudioFormat.MP3)
    clock.now = GOOD_FOR_S
    with pytest.raises(UnknownTicket):
        tickets.redeem(late.id)


async def test_the_oldest_go_when_there_are_too_many(services: Services) -> None:
    tickets = Tickets(services.speak, clock=Clock())
    issued = [await tickets.issue(WISH, AudioFormat.MP3) for _ in range(MAX_TICKETS + 1)]
    with pytest.raises(UnknownTicket):
        tickets.redeem(issued[0].id)
    assert all(tickets.redeem(ticket.id) for ticket in issued[1:])


async def test_what_nobody_can_speak_gets_no_ticket(services: Services) -> None:
    nobody = SpeechRequest(text="Later.", voice_config=VoiceConfig(active_provider="not_there"))
    with pytest.raises(NoVoiceLeft) as caught:
        await Tickets(services.speak).issue(nobody, AudioFormat.MP3)
    report = await services.usage.report(str(caught.value.speech_id))
    assert report.outcome == "failed"
