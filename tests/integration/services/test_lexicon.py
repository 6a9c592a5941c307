"""Lexicons of the server and of personalities, and how replies read them."""

from __future__ import annotations

import pytest

from polyvox.domain.lexicon import documents
from polyvox.errors import Conflict, InvalidSetting, PolyvoxError, UnknownPersonality
from polyvox.services.container import Services
from polyvox.services.lexicon import ServerLexicon
from polyvox.services.ports import LexiconRepository, StoredLexicon
from polyvox.services.remembered import REMEMBERED_S

GIF = {"written": "GIF", "spoken": "jif"}


class Watched:
    """The stored lexicon, whose reads are counted and may fail."""

    def __init__(self, stored: LexiconRepository) -> None:
        self.stored = stored
        self.reads = 0
        self.broken = False

    async def version(self) -> int:
        if self.broken:
            raise PolyvoxError("The database is gone.")
        return await self.stored.version()

    async def get(self) -> StoredLexicon:
        self.reads += 1
        return await self.stored.get()

    replace = None


async def test_a_personality_s_lexicon_is_part_of_its_document(services: Services) -> None:
    changed = await services.lexicon.replace([GIF], "joe", expected_version=1)
    assert (documents(changed.entries), changed.version) == ([GIF], 2)
    stored = await services.personalities.get("joe")
    assert (documents(stored.voice_config.lexicon), stored.version) == ([GIF], 2)
    assert stored.voice_config.active_provider == "piper"
    assert (await services.lexicon.get("joe")).entries == changed.entries
    assert (await services.lexicon.get()).entries == ()


async def test_a_stale_change_is_refused(services: Services) -> None:
    await services.lexicon.replace([GIF])
    for personality in (None, "joe"):
        with pytest.raises(Conflict):
            await services.lexicon.replace([], personality, expected_version=7)
    assert documents((await services.lexicon.get()).entries) == [GIF]


async def test_what_is_wrong_is_refused(services: Services) -> None:
    with pytest.raises(InvalidSetting, match=r"lexicon\.0: "):
        await services.lexicon.replace([{"written": "x"}])
    with pytest.raises(UnknownPersonality):
        await services.lexicon.get("nobody")
    with pytest.raises(UnknownPersonality):
        await services.lexicon.replace([], "nobody")


async def test_it_is_read_once_for_each_change(services: Services) -> None:
    now = [0.0]
    stored = Watched(services.lexicon.repository)
    lexicon = ServerLexicon(stored, clock=lambda: now[0])  # type: ignore[arg-type]
    await services.lexicon.replace([GIF])
    for moment in (0.0, 1.0, 2.0):
        now[0] = moment
        assert documents(await lexicon.entries()) == [GIF]
    assert stored.reads == 1
    await services.lexicon.replace([])
    assert documents(await lexicon.entries()) == [GIF]
    now[0] += REMEMBERED_S
    assert await lexicon.entries() == ()


async def test_a_change_of_this_process_is_seen_at_once(services: Services) -> None:
    lexicon = ServerLexicon(services.lexicon.repository, clock=lambda: 0.0)
    assert await lexicon.entries() == ()
    await services.lexicon.replace([GIF])
    lexicon.forget()
    assert documents(await lexicon.entries()) == [GIF]


async def test_a_database_that_fails_stops_no_voice(services: Services) -> None:
    now = [0.0]
    stored = Watched(services.lexicon.repository)
    lexicon = ServerLexicon(stored, clock=lambda: now[0])  # type: ignore[arg-type]
    stored.broken = True
    assert await lexicon.entries() == ()
    stored.broken, now[0] = False, 1.0
    await services.lexicon.replace([GIF])
    assert documents(await lexicon.entries()) == [GIF]
    stored.broken, now[0] = True, 2.0
    assert documents(await lexicon.entries()) == [GIF]
