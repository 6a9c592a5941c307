"""What a provider can do, and whether it can do it now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from polyvox.domain.remedy import Remedy


class Kind(StrEnum):
    LOCAL = "local"
    CLOUD = "cloud"


class VoiceProvider(StrEnum):
    """The six providers of the specification. Plugins may bring others, named by their own id."""

    XTTS_V2 = "xtts_v2"
    STYLETTS2 = "styletts2"
    PIPER = "piper"
    GOOGLE_TTS = "google_tts"
    IBM_WATSON = "ibm_watson"
    AZURE_TTS = "azure_tts"


class State(StrEnum):
    READY = "ready"
    LOADING = "loading"
    UNAVAILABLE = "unavailable"


class TextForm(StrEnum):
    """What a provider makes speech of."""

    WRITTEN = "written"
    """Text as people write it: the service reads numbers and abbreviations itself."""
    VERBALIZED = "verbalized"
    """Words alone."""


@dataclass(frozen=True, slots=True)
class Availability:
    """``reason`` and ``remedy`` are whole sentences for people; both None when ready."""

    state: State
    reason: str | None = None
    remedy: Remedy | None = None

    def __post_init__(self) -> None:
        if self.remedy is not None:  # a plain string will do for authors of providers
            object.__setattr__(self, "remedy", Remedy.of(self.remedy))

    @classmethod
    def ready(cls) -> Availability:
        return cls(State.READY)

    @classmethod
    def loading(cls, reason: str) -> Availability:
        return cls(State.LOADING, reason)

    @classmethod
    def unavailable(cls, reason: str, remedy: str) -> Availability:
        """``remedy`` is a sentence, or a Remedy, which also tells programs what is to be done."""
        return cls(State.UNAVAILABLE, reason, Remedy.of(remedy))


@dataclass(frozen=True, slots=True)
class TextLimit:
    """The longest text of one call: Unicode code points, and UTF-8 bytes where the service counts those."""

    characters: int | None = None
    bytes: int | None = None

    def tightest(self, other: TextLimit) -> TextLimit:
        return TextLimit(_least(self.characters, other.characters), _least(self.bytes, other.bytes))


def _least(a: int | None, b: int | None) -> int | None:
    return min((x for x in (a, b) if x is not None), default=None)


@dataclass(frozen=True, slots=True)
class SampleNeeds:
    """Reference audio a cloning provider wants: usable and best length, in seconds of speech, and
    the rate it hears it at (Hz)."""

    min_s: float
    max_s: float
    best_min_s: float
    best_max_s: float
    required: bool = True
    sample_rate: int = 24_000


@dataclass(frozen=True, slots=True)
class Licence:
    """Licences of code and weights, by SPDX name where there is one; ``note`` for people."""

    code: str
    weights: str
    commercial_use: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """What is said of a provider elsewhere, shown until there are figures of this machine.

    ``quality`` is from 1 to 5, ``speed`` is in words; None where ``source`` does not say.
    """

    quality: int | None = None
    speed: str | None = None
    source: str = "Polyvox's original specification"


@dataclass(frozen=True, slots=True)
class StyleTable:
    """How a provider is told to speak in a style.

    ``names`` maps a word of the neutral vocabulary to the provider's own names for it, the best first.
    With ``by_voice`` a voice takes only those that it lists (``Voice.styles``); otherwise all voices take
    all, as where a model reads a server's tags.
    """

    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    by_voice: bool = False

    def of(self, voice: str | None, voices: Sequence[Voice]) -> dict[str, str]:
        """What ``voice``, an id among ``voices``, is told for each neutral style that it can speak in."""
        if not self.by_voice:
            return {style: own[0] for style, own in self.names.items() if own}
        listed = next((each.styles for each in voices if each.id == voice), ())
        found = {
            style: next((name for name in own if name in listed), None)
            for style, own in self.names.items()
        }
        return {style: name for style, name in found.items() if name is not None}


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the provider can do with what is installed now.

    ``languages`` are BCP 47 tags; ``limits`` maps a tag to its TextLimit, ``"*"`` to all others.
    ``locale_for`` says which of its tags is meant by one that several are equally near to, or that
    the service names differently: ``pt`` → ``pt-PT``. ``needs`` maps a tag that it would speak, too,
    to what must be done first, as a sentence for people. With ``carries_style`` a segment sounds other
    after other texts: the provider is told those before it in the reply. With ``takes_instructions`` it
    can be told in words how to speak. ``text`` is the form that it is given its text in, ``styles`` are
    those that a text may ask of it. With ``takes_pronunciations`` it makes something of the IPA of a word
    of a lexicon.
    """

    name: str
    languages: tuple[str, ...]
    licence: Licence
    streaming: bool
    cloning: SampleNeeds | None = None
    limits: Mapping[str, TextLimit] = field(default_factory=dict)
    locale_for: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)
    carries_style: bool = False
    takes_instructions: bool = False
    published: Published | None = None
    text: TextForm = TextForm.WRITTEN
    styles: StyleTable = StyleTable()
    takes_pronunciations: bool = False

    def limit_for(self, language: str) -> TextLimit:
        base = language.split("-")[0]
        return (
            self.limits.get(language)
            or self.limits.get(base)
            or self.limits.get("*")
            or TextLimit()
        )


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice of a provider. ``languages`` are BCP 47 tags; ``speakers`` maps a name to its number.

    ``tier`` names the tier of the provider's tariff that it is charged under; ``styles`` are those
    that it can be told to speak in.
    """

    id: str
    provider: str
    name: str
    languages: tuple[str, ...]
    gender: str | None = None
    quality: str | None = None
    sample_rate: int | None = None
    speakers: Mapping[str, int] = field(default_factory=dict)
    description: str = ""
    tier: str | None = None
    styles: tuple[str, ...] = ()
