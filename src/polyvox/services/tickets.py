"""Requests put down for a player that can only fetch an address: each is spoken once, soon."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from polyvox.domain.audio import AudioFormat
from polyvox.domain.speech import SpeechRequest
from polyvox.errors import UnknownTicket
from polyvox.services.speak import SpeakService

AUDIO_PATH = "/v1/speech/{speech_id}/audio"
"""Where the server's API speaks a ticket."""
GOOD_FOR_S = 60.0
"""How long a ticket waits for its player."""
MAX_TICKETS = 1_000
"""Tickets kept; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """``id`` is that of the speech, and so of its report; ``until`` a reading of the clock."""

    id: str
    request: SpeechRequest
    format: AudioFormat
    until: float

    @property
    def audio(self) -> str:
        """The address for the player, without the server's own."""
        return AUDIO_PATH.format(speech_id=self.id)


@dataclass(eq=False, repr=False)
class Tickets:
    """In the memory of this process. ``clock`` gives seconds that only grow."""

    speak: SpeakService
    clock: Callable[[], float] = time.monotonic
    _open: dict[str, Ticket] = field(default_factory=dict, init=False)

    async def issue(self, request: SpeechRequest, format: AudioFormat) -> Ticket:
        """Raises at once what speaking raises before it begins: a player could not show it."""
        speech = await self.speak.speak(request)
        ticket = Ticket(speech.id, request, format, self.clock() + GOOD_FOR_S)
        self._make_room()
        self._open[ticket.id] = ticket
        return ticket

    def redeem(self, ticket_id: str) -> Ticket:
        """To be spoken, once. Raises UnknownTicket."""
        ticket = self._open.pop(ticket_id, None)
        if ticket is None or ticket.until <= self.clock():
            raise UnknownTicket(
                "There is no such ticket, or its time is over.",
                remedy=f"Take a new one, and fetch its audio within {GOOD_FOR_S:g} s.",
            )
        return ticket

    def _make_room(self) -> None:
        now = self.clock()
        for ticket in list(self._open.values()):  # oldest first
            if ticket.until > now and len(self._open) < MAX_TICKETS:
                return
            del self._open[ticket.id]
