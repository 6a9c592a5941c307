from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import Conflict, RequestError, UnknownPersonality, UnknownSample
from polyvox.services.ports import Personality
from polyvox.services.sample_ports import BlobRef, PreparedSample
from polyvox.storage.database import Database
from polyvox.storage.personalities import SqlPersonalities
from polyvox.storage.samples import SqlSamples
from tests.support.samples import CONSENT, NOON, stored

PREPARED = PreparedSample(
    BlobRef("ab" * 32, 44_100),
    recipe="1",
    denoised=False,
    duration_s=10.5,
    done=({"what": "trim", "amount": 1.5, "sentence": "Silence was cut off."},),
)


@pytest.fixture
async def samples(database: Database) -> SqlSamples:
    """Of the personalities joe and ada."""
    people = SqlPersonalities(database)
    for name in ("joe", "ada"):
        await people.add(Personality(name, name, "", VoiceConfig(), 1, NOON, NOON))
    return SqlSamples(database)


async def test_a_sample_reads_back_as_it_was_added(samples: SqlSamples) -> None:
    full = stored(language="pt-BR", notes="☕ 'quoted'", consent=CONSENT, source_url="https://a/b")
    bare = stored("ada")
    for sample in (full, bare):
        await samples.add(sample)
        assert await samples.get(sample.meta.id) == sample


async def test_they_are_listed_by_owner_in_the_order_they_came(samples: SqlSamples) -> None:
    late = stored(content=1, uploaded_at=NOON + timedelta(seconds=1))
    early, other = stored(content=2), stored("ada", content=3)
    for sample in (late, early, other):
        await samples.add(sample)
    assert await samples.of("joe") == [early, late]
    assert await samples.of("nobody") == []
    assert sorted(await samples.ids()) == sorted(s.meta.id for s in (late, early, other))


async def test_some_are_found_by_id_and_by_where_they_were_fetched(samples: SqlSamples) -> None:
    a, b, c = (
        stored(content=1),
        stored("ada", content=2, source_url="https://x/y"),
        stored(content=3),
    )
    for sample in (a, b, c):
        await samples.add(sample)
    found = await samples.find([a.meta.id, "smp_unknown"], source_urls=["https://x/y", "https://z"])
    assert {sample.meta.id for sample in found} == {a.meta.id, b.meta.id}
    assert await samples.find([]) == []


async def test_the_same_recording_is_held_once_by_a_personality(samples: SqlSamples) -> None:
    first = stored(content=7)
    await samples.add(first)
    with pytest.raises(Conflict, match=first.meta.id):
        await samples.add(stored(content=7))
    await samples.add(stored("ada", content=7))


async def test_nobody_s_sample_is_refused(samples: SqlSamples) -> None:
    with pytest.raises(UnknownPersonality, match="nobody"):
        await samples.add(stored("nobody"))


async def test_what_people_say_is_written_over(samples: SqlSamples) -> None:
    sample = stored(language="en", consent=CONSENT)
    await samples.add(sample)
    await samples.edit(sample.meta.id, language="de", notes="Deeper.", consent=CONSENT)
    changed = (await samples.get(sample.meta.id)).meta
    assert (changed.language, changed.notes, changed.consent) == ("de", "Deeper.", CONSENT)
    await samples.edit(sample.meta.id, language=None, notes=None, consent=None)
    cleared = (await samples.get(sample.meta.id)).meta
    assert cleared == sample.meta.model_copy(update={"language": None, "consent": None})


async def test_prepared_versions_are_kept_by_provider(samples: SqlSamples) -> None:
    sample = stored()
    await samples.add(sample)
    assert await samples.keep_prepared(sample.meta.id, "xtts_v2", PREPARED) is None
    again = replace(PREPARED, denoised=True)
    assert await samples.keep_prepared(sample.meta.id, "xtts_v2", again) == PREPARED
    await samples.keep_prepared(sample.meta.id, "styletts2", PREPARED)
    kept = (await samples.get(sample.meta.id)).prepared
    assert kept == {"xtts_v2": again, "styletts2": PREPARED}


async def test_versions_prepared_at_once_are_all_kept(
    samples: SqlSamples, other_process: Database
) -> None:
    sample = stored()
    await samples.add(sample)
    others = SqlSamples(other_process)
    names = [f"provider_{number}" for number in range(12)]
    await asyncio.gather(
        *(
            (samples if number % 2 else others).keep_prepared(sample.meta.id, name, PREPARED)
            for number, name in enumerate(names)
        )
    )
    assert sorted((await samples.get(sample.meta.id)).prepared) == sorted(names)


async def test_they_go_with_their_personality(samples: SqlSamples, database: Database) -> None:
    gone, kept = stored(), stored("ada")
    for sample in (gone, kept):
        await samples.add(sample)
    await SqlPersonalities(database).delete("joe")
    assert await samples.ids() == [kept.meta.id]


async def test_an_unknown_sample_is_told(samples: SqlSamples) -> None:
    await samples.add(sample := stored())
    await samples.delete(sample.meta.id)
    for name in (sample.meta.id, "../../etc/passwd", "'; DROP TABLE voice_samples; --"):
        for ask in (
            samples.get(name),
            samples.delete(name),
            samples.edit(name, language=None, notes=None, consent=None),
            samples.keep_prepared(name, "xtts_v2", PREPARED),
        ):
            with pytest.raises(UnknownSample, match="There is no sample"):
                await ask
    assert await samples.ids() == []


async def test_what_cannot_be_stored_is_the_caller_s_fault(
    samples: SqlSamples, shared_url: str
) -> None:
    await samples.add(sample := stored())
    nul = samples.edit(sample.meta.id, language=None, notes="a\0b", consent=None)
    if shared_url.startswith("sqlite"):
        await nul
    else:
        with pytest.raises(RequestError, match="cannot store"):
            await nul
