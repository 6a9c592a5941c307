"""What an emulated service does next, and what it saw."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    NONE = "none"
    SLOW = "slow"  # streams with pauses between the pieces
    THROTTLED = "throttled"  # too many requests; ``Behaviour.retry_after`` says when to come back
    QUOTA = "quota"  # the month's characters are used up, in the service's own words
    SERVER_ERROR = "server_error"  # 5xx
    REFUSED = "refused"  # the service will not speak this text
    HANG = "hang"  # takes the request and never answers
    EMPTY = "empty"  # success without audio
    SILENCE = "silence"  # success, and nothing to be heard
    CUT = "cut"  # the connection is lost in the middle of the audio
    STALL = "stall"  # goes quiet in the middle of the audio
    MALFORMED = "malformed"  # success, and the body is not the audio that was asked for


BEFORE_AUDIO = (
    Fault.THROTTLED,
    Fault.QUOTA,
    Fault.SERVER_ERROR,
    Fault.REFUSED,
    Fault.HANG,
    Fault.EMPTY,
    Fault.SILENCE,
    Fault.MALFORMED,
)
IN_THE_MIDDLE = (Fault.CUT, Fault.STALL)


@dataclass
class Behaviour:
    """The next syntheses fail as ``script`` says, in order; then each as ``always`` does.

    ``synthesized`` holds the requests for speech as they came (SSML, JSON, …), ``cancelled`` counts
    those whose caller left before the end, ``running`` those under way, ``connections`` the open
    sockets where the emulator knows them.
    """

    script: deque[Fault] = field(default_factory=deque)
    always: Fault = Fault.NONE
    retry_after: float | None = None
    piece_bytes: int = 4_801
    """Odd, so that pieces tear samples apart."""
    pause_s: float = 0.05
    synthesized: list[str] = field(default_factory=list)
    cancelled: int = 0
    running: int = 0
    connections: int = 0

    def next_fault(self) -> Fault:
        return self.script.popleft() if self.script else self.always
