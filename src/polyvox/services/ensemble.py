"""Who is cast for the roles of a reply: the personality for its words, its narrator for what it does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import structlog

from polyvox.domain.capabilities import TextForm
from polyvox.domain.speech import NarratorReport, SpeechRequest
from polyvox.errors import InvalidSetting, PolyvoxError
from polyvox.routing.plan import Plan
from polyvox.services.casting import Casting
from polyvox.text.characters import is_speakable
from polyvox.text.passages import Passage
from polyvox.text.segment import FIRST_MAX, TARGET, cut
from polyvox.text.spoken import Role, Segment

Part = tuple[Role, Passage]
"""What one speaker says in one language."""
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
        self.report.candidates = self._narrator.candidates
        self.report.out = self._narrator.out
        if not self.report.candidates:
            self._do_without("no_voice_left", "Nobody of the narrator's chain can speak.")

    @property
    def language(self) -> str:
        return self.own.language

    @property
    def version(self) -> int:
        """Grows whenever a plan was made anew."""
        return self.own.version + (self._narrator.version if self._narrator else 0)

    def read(self, parts: Sequence[Part]) -> None:
        """Make the plans for a text: who cannot read what it has in a language is out of that plan."""
        self.own.read([passage for _, passage in parts])
        if self._narrator is not None:
            self._narrator.read([passage for role, passage in parts if role is Role.NARRATOR])

    def plan(self, language: str, role: Role = Role.OWN) -> Plan:
        """Who speaks ``role`` in ``language``, in which order."""
        own = self.own.plans[language]
        if role is Role.OWN or self._narrator is None:
            return own
        return self._before(own, self._narrator.plans.get(language))

    def plan_for(self, segment: Segment) -> Plan:
        """As ``plan``, for the segment's own letters."""
        own = self.own.plan_for(segment)
        narrator = self._narrator
        if segment.role is Role.OWN or narrator is None or segment.language not in narrator.plans:
            return own
        return self._before(own, narrator.plan_for(segment))

    def _before(self, own: Plan, narrator: Plan | None) -> Plan:
        """The narrator's chain, and behind it the reply's own."""
        if self._narrator is None or narrator is None:
            return own
        name = self._narrator.request.personality
        narrators = (replace(c, personality=name) for c in narrator.candidates)
        return Plan((*narrators, *own.candidates), own.out)

    async def refresh(self) -> None:
        """Look whether a personality was changed meanwhile."""
        await self.own.refresh()
        if self._narrator is not None and await self._narrator.refresh():
            self._tell()

    def again(self, segment: Segment, *, first: bool) -> list[Segment]:
        """An unheard segment cut anew, after a personality was changed."""
        passage = Passage(segment.written, self.own.language_of(segment))
        return self.segments(passage, segment.role, first=first)

    def segments(self, passage: Passage, role: Role, *, first: bool) -> list[Segment]:
        """``passage`` in pieces that all can take who may speak ``role``. Only the ``first`` of a reply is
        kept short: later ones have time."""
        plan = self.plan(passage.language, role)
        casting = self.own if role is Role.OWN else self._narrator or self.own
        pieces = cut(
            passage.written,
            passage.language,
            plan.limit(TextForm.WRITTEN),
            spoken_limit=plan.limit(TextForm.VERBALIZED),
            first_max=FIRST_MAX if first else TARGET,
            lexicon=casting.lexicon(passage.language),
        )
        return [replace(piece, role=role) for piece in pieces if is_speakable(piece.text)]
