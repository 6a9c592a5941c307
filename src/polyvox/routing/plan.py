"""Who may speak a text, in which order, and in which language each of them reads it. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from polyvox.domain.capabilities import TextForm, TextLimit
from polyvox.domain.language import best_match, most_written, script_name
from polyvox.domain.speech import Exclusion, ExclusionCode
from polyvox.provider.base import VoiceSettings
from polyvox.text.script import unread


@dataclass(frozen=True, slots=True)
class Reading:
    """A further language that a candidate can read: with which voice, and how much at once."""

    language: str
    voice: str | None
    limit: TextLimit


@dataclass(frozen=True, slots=True)
class Candidate:
    """A provider that may speak, with all that its utterances need except the text."""

    provider: str
    language: str
    voice: str | None
    settings: VoiceSettings
    stand_in_for: str | None = None
    limit: TextLimit = field(default_factory=TextLimit)
    samples: tuple[str, ...] = ()
    """Ids of stored samples to clone from; then there is no voice."""
    form: TextForm = TextForm.WRITTEN
    styles: Mapping[str, str] = field(default_factory=dict)
    """What it is told for each neutral style that it can speak in."""
    personality: str | None = None
    """Whose voice and settings, where it is not the reply's own personality."""
    readings: tuple[Reading, ...] = ()
    """For a text that ``language`` cannot read: what its voice speaks besides, then what the other
    voices do that the document gives the provider."""

    def reader_of(self, letters: Mapping[str, int]) -> Candidate | None:
        """It, in a language that can read a text of ``letters`` (by script); None where it has none."""
        script = unread(letters, self.language)
        if script is None:
            return self
        able = [each for each in self.readings if unread(letters, each.language) is None]
        if not able:
            return None
        usual = best_match(most_written(script), [each.language for each in able])
        chosen = next((each for each in able if each.language == usual), able[0])
        return replace(
            self,
            language=chosen.language,
            voice=chosen.voice,
            limit=chosen.limit,
            stand_in_for=self.stand_in_for if chosen.voice == self.voice else None,
        )


@dataclass(frozen=True, slots=True)
class Plan:
    candidates: tuple[Candidate, ...]
    out: tuple[Exclusion, ...] = ()

    def limit(self, form: TextForm) -> TextLimit:
        """What every candidate that gets its text in ``form`` can take in one piece, so that any of
        them can take over."""
        limit = TextLimit()
        for candidate in self.candidates:
            if candidate.form is form:
                limit = limit.tightest(candidate.limit)
        return limit

    def reading(self, letters: Mapping[str, int]) -> Plan:
        """The plan for a text of ``letters`` (by script): who cannot read it is out."""
        able: list[Candidate] = []
        out = list(self.out)
        for candidate in self.candidates:
            reader = candidate.reader_of(letters)
            if reader is not None:
                able.append(reader)
            else:
                out.append(_cannot_read(candidate, letters))
        return Plan(tuple(able), tuple(out))


def _cannot_read(candidate: Candidate, letters: Mapping[str, int]) -> Exclusion:
    script = script_name(unread(letters, candidate.language) or "")
    return Exclusion(
        provider=candidate.provider,
        code=ExclusionCode.UNSUPPORTED_LANGUAGE,
        reason=f"The text is in {script} letters, which '{candidate.language}' does not use.",
    )
