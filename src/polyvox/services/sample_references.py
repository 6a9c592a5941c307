"""How personalities' documents and stored samples hang together, and who refers to what."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from polyvox.domain.sample_reference import SAMPLE_ID, named_sample, sample_url
from polyvox.domain.voice_config import VoiceConfig, VoiceSample
from polyvox.errors import InvalidSetting
from polyvox.routing.samples import SampleFacts, Shelf
from polyvox.services.ports import PersonalityReader
from polyvox.services.sample_ports import SampleRepository, SampleUse, StoredSample

ELSEWHERE = (
    "Its sample lies at an address elsewhere, which is not asked while speaking, and which nobody's "
    "consent is recorded for."
)


class SampleReferences:
    """``own_hosts`` are this server's names: addresses of samples there mean the stored ones."""

    def __init__(
        self,
        repository: SampleRepository,
        personalities: PersonalityReader,
        own_hosts: Collection[str] = (),
    ) -> None:
        self._repository = repository
        self._personalities = personalities
        self._own_hosts = frozenset(name.casefold() for name in own_hosts)

    async def shelf(self, personality: str | None, config: VoiceConfig) -> Shelf:
        """What a reply of the personality, or by ``config`` alone, may be cloned from."""
        meant, elsewhere, astray = self._urls(config)
        own = await self._repository.of(personality) if personality else ()
        known = {sample.meta.id: sample for sample in own}
        wanted = {*meant.values(), *_listed(config)} - known.keys()
        further = await self._repository.find(sorted(wanted), source_urls=sorted(elsewhere))
        fetched = {s.source_url: s.meta.id for s in (*further, *own) if s.source_url in elsewhere}
        known |= {sample.meta.id: sample for sample in further}
        return Shelf(
            samples={name: _facts(sample) for name, sample in known.items()},
            meant=meant | {url: fetched[url] for url in elsewhere if url in fetched},
            astray=astray | {url: ELSEWHERE for url in elsewhere if url not in fetched},
        )

    async def check(self, config: VoiceConfig) -> None:
        """Raises InvalidSetting for a reference to a sample that there is not, naming its place."""
        written = {sample.id for sample in config.voice_samples}
        named = dict(self._places(config))
        wanted = sorted({name for ids in named.values() for name in ids if _is_ours(name)})
        known = {s.meta.id for s in await self._repository.find(wanted)}
        for place, ids in named.items():
            for name in ids:
                if name not in known and (_is_ours(name) or name not in written):
                    raise InvalidSetting(
                        f"There is no sample '{name[:100]}'.",
                        param=f"voice_config.{place}",
                        remedy="`polyvox samples list PERSONALITY` shows those there are.",
                    )

    async def entries(self, personality_id: str) -> tuple[VoiceSample, ...]:
        """The stored samples as the document lists them."""
        return tuple(_entry(sample) for sample in await self._repository.of(personality_id))

    async def uses(
        self, samples: Collection[str], *, besides: str | None = None
    ) -> Sequence[SampleUse]:
        """Where documents of all personalities but ``besides`` refer to any of the samples."""
        uses = []
        for personality in await self._personalities.list():
            if personality.id == besides:
                continue
            places: dict[str, list[str]] = {}
            for place, ids in self._places(personality.voice_config, lenient=True):
                for name in ids:
                    places.setdefault(name, []).append(f"voice_config.{place}")
            uses += [
                SampleUse(personality.id, name, tuple(found))
                for name, found in places.items()
                if name in samples
            ]
        return uses

    def _places(
        self, config: VoiceConfig, *, lenient: bool = False
    ) -> Iterator[tuple[str, Sequence[str]]]:
        """Each place of the document that names samples, with their ids. Raises InvalidSetting for
        an address that names none, unless ``lenient``."""
        for provider, chosen in config.providers.items():
            at = f"providers.{provider}"
            if chosen.voice_samples:
                yield f"{at}.voice_samples", chosen.voice_samples
            if chosen.voice_sample_url is None:
                continue
            try:
                name = named_sample(chosen.voice_sample_url, self._own_hosts)
            except InvalidSetting as error:
                if lenient:
                    continue
                where = f"voice_config.{at}.voice_sample_url"
                raise InvalidSetting(error.message, param=where, remedy=error.remedy) from None
            if name is not None:
                yield f"{at}.voice_sample_url", (name,)

    def _urls(self, config: VoiceConfig) -> tuple[dict[str, str], set[str], dict[str, str]]:
        """The document's addresses: whose sample is named, those elsewhere, and those that name
        nothing with the reason."""
        meant: dict[str, str] = {}
        elsewhere: set[str] = set()
        astray: dict[str, str] = {}
        for chosen in config.providers.values():
            url = chosen.voice_sample_url
            if url is None:
                continue
            try:
                name = named_sample(url, self._own_hosts)
            except InvalidSetting as error:
                astray[url] = error.message
                continue
            if name is None:
                elsewhere.add(url)
            else:
                meant[url] = name
        return meant, elsewhere, astray


def without_stored(config: VoiceConfig) -> VoiceConfig:
    """The document without the entries of stored samples, which are computed on reading."""
    kept = tuple(sample for sample in config.voice_samples if not _is_ours(sample.id))
    if len(kept) == len(config.voice_samples):
        return config
    return config.model_copy(update={"voice_samples": kept})


def with_stored(config: VoiceConfig, entries: Sequence[VoiceSample]) -> VoiceConfig:
    """The document with the entries of stored samples after those that were written."""
    if not entries:
        return config
    return config.model_copy(update={"voice_samples": (*config.voice_samples, *entries)})


def told(uses: Sequence[SampleUse]) -> str:
    """Who uses it, for people."""
    return "; ".join(f"'{use.personality}' ({', '.join(use.places)})" for use in uses)


def _is_ours(name: str) -> bool:
    return SAMPLE_ID.fullmatch(name) is not None


def _listed(config: VoiceConfig) -> set[str]:
    return {name for chosen in config.providers.values() for name in chosen.voice_samples}


def _facts(sample: StoredSample) -> SampleFacts:
    return SampleFacts(
        sample.meta.id,
        sample.meta.language,
        sample.report.quality_score,
        consented=sample.meta.consent is not None,
        verdicts=sample.report.verdicts,
    )


def _entry(sample: StoredSample) -> VoiceSample:
    return VoiceSample(
        id=sample.meta.id,
        url=sample_url(sample.meta.id),
        duration=sample.report.duration_s,
        language=sample.meta.language,
        quality_score=sample.report.quality_score,
        uploaded_at=sample.meta.uploaded_at,
        notes=sample.meta.notes,
    )
