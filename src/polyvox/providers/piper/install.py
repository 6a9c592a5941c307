"""Installing a published voice: fetched into a hidden folder, which becomes the voice's at the end."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

from aiohttp import ClientSession
from yarl import URL

from polyvox.errors import BadOutput
from polyvox.provider.download import STALL_S, fetch_all, fetch_small, open_session
from polyvox.provider.installing import InstallProgress, OfferedVoice
from polyvox.provider.staging import install_folder
from polyvox.providers.piper.catalogue import MAX_CATALOGUE_BYTES, Catalogue, CatalogueVoice
from polyvox.providers.piper.config import read_config
from polyvox.providers.piper.voices import InstalledVoice, read_voice


def _silent(_: InstallProgress) -> None: ...


async def list_voices(catalogue_url: str, target_dir: Path) -> list[OfferedVoice]:
    """All voices of the catalogue, sorted by id, as they would be in ``target_dir``. Raises Unavailable,
    BadOutput."""
    url = URL(catalogue_url)
    async with open_session() as session:
        catalogue = Catalogue(await fetch_small(session, url, MAX_CATALOGUE_BYTES), url)
    return await asyncio.to_thread(catalogue.offers, target_dir)


async def install_voice(
    voice_id: str,
    *,
    target_dir: Path,
    catalogue_url: str,
    progress: Callable[[InstallProgress], None] = _silent,
    stall_s: float = STALL_S,
) -> InstalledVoice:
    """Fetch ``voice_id`` (or what it is an alias of) into ``target_dir/<id>``.

    A voice that is there already is returned as it is. Only addresses below the catalogue's
    folder are asked. Raises UnknownVoice, Conflict while another installs it, Unavailable when
    the server cannot be reached or breaks off (the next call goes on there), BadOutput for
    files that are not what the catalogue states, ConfigError for a disk that is full.
    """
    url = URL(catalogue_url)
    async with open_session(stall_s) as session:
        raw = await fetch_small(session, url, MAX_CATALOGUE_BYTES)
        voice = Catalogue(raw, url).find(voice_id)
        home = target_dir / voice.id
        return await install_folder(
            home,
            name=voice.id,
            size=voice.size,
            there=lambda: _installed(home, voice),
            fill=lambda staging: _fill(session, voice, staging, progress),
            read=lambda folder: read_voice(folder / voice.files[0].name),
        )


async def _fill(
    session: ClientSession,
    voice: CatalogueVoice,
    staging: Path,
    progress: Callable[[InstallProgress], None],
) -> None:
    """The config first: a voice that cannot be used is refused before its model is fetched."""
    model, *others = voice.files
    await fetch_all(session, others, staging, progress)
    try:
        await asyncio.to_thread(read_config, staging / f"{model.name}.json")
    except (OSError, ValueError) as error:
        await asyncio.to_thread(shutil.rmtree, staging, ignore_errors=True)
        raise BadOutput(f"{voice.id} cannot be used: {error}.") from error
    await fetch_all(session, [model], staging, progress)


def _installed(home: Path, voice: CatalogueVoice) -> InstalledVoice | None:
    """The voice that is there, if it is whole."""
    try:
        if all((home / f.name).stat().st_size == f.size for f in voice.files):
            return read_voice(home / voice.files[0].name)
    except (OSError, ValueError):
        return None
    return None
