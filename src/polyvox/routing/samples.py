"""Which of a personality's samples a provider clones from. Pure functions of facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from polyvox.domain.language import distance
from polyvox.domain.remedy import Remedy, RemedyKind
from polyvox.domain.samples import Readiness, Verdict
from polyvox.domain.speech import ExclusionCode
from polyvox.domain.voice_config import ProviderConfig

TOGETHER = 4
"""Most samples that one voice is made of."""


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """What counts of a stored sample. ``quality`` from 0 to 1; ``verdicts`` by provider."""

    id: str
    language: str | None
    quality: float
    consented: bool
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The samples within reach of a request: its personality's, and those its document names.

    ``meant`` says which sample each ``voice_sample_url`` of the document stands for, ``astray`` why
    one stands for none.
    """

    samples: Mapping[str, SampleFacts] = field(default_factory=dict)
    meant: Mapping[str, str] = field(default_factory=dict)
    astray: Mapping[str, str] = field(default_factory=dict)


class Out(Exception):
    """What a check raises: the provider is out for this reason."""

    def __init__(self, code: ExclusionCode, reason: str, remedy: str | None = None) -> None:
        super().__init__(reason)
        self.code, self.reason, self.remedy = code, reason, remedy


class NoSample(Out):
    """None can be cloned from."""


def choose(provider: str, config: ProviderConfig, language: str, shelf: Shelf) -> tuple[str, ...]:
    """Ids of the samples to clone from: the nearest in language, then those that the provider's own
    part of the document names, then the best. Several that it names go together.

    Empty where the personality has no sample. Raises NoSample when it has, but none may be used, or
    when the document names some and none of these may.
    """
    named = _named(config, shelf)
    lacking = {s.id: lack for s in shelf.samples.values() if (lack := _lack(s, provider))}
    considered = named or list(shelf.samples)
    if considered and all(name in lacking for name in considered):
        raise lacking[considered[0]]

    def rank(sample: SampleFacts) -> tuple[int, bool, float, str]:
        return (
            _strangeness(sample, language),
            sample.id not in named,
            -sample.quality,
            sample.id,
        )

    usable = sorted((s for s in shelf.samples.values() if s.id not in lacking), key=rank)
    if not usable:
        return ()
    best = usable[0]
    if best.id not in named:
        return (best.id,)
    spoken = _strangeness(best, language)
    alike = {s.id for s in usable if s.id in named and _strangeness(s, language) == spoken}
    return tuple(name for name in named if name in alike)[:TOGETHER]


def _named(config: ProviderConfig, shelf: Shelf) -> Sequence[str]:
    """Raises NoSample for a reference that leads nowhere."""
    named = list(config.voice_samples)
    if (url := config.voice_sample_url) is not None and not named:
        if url not in shelf.meant:
            reason = shelf.astray.get(url, "Its sample is not stored here.")
            raise NoSample(ExclusionCode.SAMPLE, reason, "Upload the recording as a sample.")
        named.append(shelf.meant[url])
    for name in named:
        if name not in shelf.samples:
            raise NoSample(
                ExclusionCode.SAMPLE,
                f"Its sample '{name[:100]}' is not stored here.",
                "Upload it, or name another one.",
            )
    return list(dict.fromkeys(named))


def _lack(sample: SampleFacts, provider: str) -> NoSample | None:
    if not sample.consented:
        command = f"polyvox samples edit {sample.id} --consent-by NAME"
        return NoSample(
            ExclusionCode.CONSENT,
            f"Nobody's consent is recorded with its sample {sample.id}.",
            Remedy(RemedyKind.RUN, f"Record who agreed to be cloned: {command}.", command),
        )
    verdict = sample.verdicts.get(provider)
    if verdict is not None and verdict.state is Readiness.UNUSABLE:
        because = " ".join(verdict.because)
        command = f"polyvox samples show {sample.id}"
        return NoSample(
            ExclusionCode.SAMPLE,
            f"It cannot clone from its sample {sample.id}. {because}".rstrip(),
            Remedy(RemedyKind.RUN, f"See what is wrong with it: {command}.", command),
        )
    return None


def _strangeness(sample: SampleFacts, language: str) -> int:
    """0 for a sample in the language that is spoken, 1 where it is not known, 2 for another."""
    if sample.language is None:
        return 1
    return 0 if distance(language, sample.language) is not None else 2
