"""Who is cast for the roles of a reply: the personality for its words, its narrator for what it does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import structlog

from polyvox.domain.capabilities import TextForm
from polyvox.domain.speech import NarratorReport, SpeechRequest
from polyvox.domain.written import Written
from polyvox.errors import InvalidSetting, PolyvoxError
from polyvox.routing.candidates import Plan
from polyvox.services.casting import Casting
from polyvox.text.characters import is_speakable
from polyvox.text.segment import FIRST_MAX, TARGET, cut
from polyvox.text.spoken import Role, Segment

log = structlog.get_logger(__name__)


@dataclass(eq=False, repr=False)
class Ensemble:
    """``own`` is the casting of the reply. A narrator has a casting of its own, and behind its chain stands
    the reply's: what nobody of the narrator's can speak, the personality itself does."""

    own: Casting
    _narrator: Casting | None = field(default=None, init=False)
    report: NarratorReport | None = field(default=None, init=False)

    async def start(self, roles: Iterable[Role]) -> None:
        """Cast the narrator, where one of ``roles`` is its. Never fails: without one the personality itself
        speaks, and the report says why."""
        if Role.NARRATOR not in roles:
            return
        self.report = NarratorReport(personality=self.own.config.narrator)
        try:
            narrator = self._cast_for(self.own.config.narrator)
            await narrator.start()
        except PolyvoxError as error:
            self._do_without(error.code, error.message)
        except Exception as error:  # noqa: BLE001 - trouble in storage must not stop the reply
            log.warning("narrator_not_read", error=type(error).__qualname__)
            self._do_without("unavailable", "The narrator could not be read from the database.")
        else:
            self._narrator = narrator
            self._tell()

    def _cast_for(self, name: str | None) -> Casting:
        """Raises InvalidSetting."""
        asked = self.own.request
        if name == asked.personality:
            raise InvalidSetting("A personality is not its own narrator.", param="narrator")
        request = SpeechRequest(
            text=asked.text,
            personality=name,
            language=self.own.language,
            speed=asked.speed,
            fallback=asked.fallback,
        )
        return replace(self.own, request=request)

    def _do_without(self, code: str, message: str) -> None:
        if self.report is not None:
            self.report.error, self.report.message = code, message

    def _tell(self) -> None:
        """The report of what the narrator is cast with."""
        if self.report is None or self._narrator is None:
            return
        plan = self._narrator.plan
        self.report.candidates = [candidate.provider for candidate in plan.candidates]
        self.report.out = list(plan.out)
        if not plan.candidates:
            self._do_without("no_voice_left", "Nobody of the narrator's chain can speak.")

    @property
    def language(self) -> str:
        return self.own.language

    @property
    def version(self) -> int:
        """Grows whenever a plan was made anew."""
        return self.own.version + (self._narrator.version if self._narrator else 0)

    def plan(self, role: Role = Role.OWN) -> Plan:
        """Who speaks ``role``, in which order."""
        own = self.own.plan
        if role is Role.OWN or self._narrator is None:
            return own
        name = self._narrator.request.personality
        narrator = (replace(c, personality=name) for c in self._narrator.plan.candidates)
        return Plan((*narrator, *own.candidates), own.out)

    async def refresh(self) -> None:
        """Look whether a personality was changed meanwhile."""
        await self.own.refresh()
        if self._narrator is not None and await self._narrator.refresh():
            self._tell()

    def segments(self, text: Written, role: Role, *, first: bool) -> list[Segment]:
        """``text`` in pieces that all can take who may speak ``role``. Only the ``first`` of a reply is kept
        short: later ones have time."""
        plan = self.plan(role)
        pieces = cut(
            text,
            self.language,
            plan.limit(TextForm.WRITTEN),
            spoken_limit=plan.limit(TextForm.VERBALIZED),
            first_max=FIRST_MAX if first else TARGET,
            lexicon=(self.own if role is Role.OWN else self._narrator or self.own).lexicon,
        )
        return [replace(piece, role=role) for piece in pieces if is_speakable(piece.text)]
