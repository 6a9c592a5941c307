"""Installing a published voice: fetched into a hidden folder, which becomes the voice's at the end."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import aiohttp
from yarl import URL

from polyvox.errors import BadOutput, ConfigError, Conflict
from polyvox.provider.installing import InstallProgress
from polyvox.providers.piper.catalogue import (
    MAX_CATALOGUE_BYTES,
    Catalogue,
    CatalogueFile,
    CatalogueVoice,
)
from polyvox.providers.piper.download import STALL_S, fetch, fetch_small, open_session
from polyvox.providers.piper.lock import sole_use
from polyvox.providers.piper.voices import InstalledVoice, read_voice

SPARE_BYTES = 16 * 1024**2
"""Left free on the disk besides the voice."""


def _silent(_: InstallProgress) -> None: ...


async def list_voices(catalogue_url: str) -> list[str]:
    """Ids of all voices of the catalogue, sorted. Raises Unavailable, BadOutput."""
    url = URL(catalogue_url)
    async with open_session() as session:
        return Catalogue(await fetch_small(session, url, MAX_CATALOGUE_BYTES), url).ids()


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
        home, staging = target_dir / voice.id, target_dir / f".{voice.id}.partial"
        if (there := await asyncio.to_thread(_installed, home, voice)) is not None:
            return there
        await asyncio.to_thread(_make_room, staging, voice)
        with sole_use(target_dir / f".{voice.id}.lock") as ours:
            if not ours:
                raise Conflict(f"{voice.id} is being installed already.", param="voice")
            if (there := await asyncio.to_thread(_installed, home, voice)) is not None:
                return there
            await _fetch_all(session, voice, staging, progress)
            return await asyncio.to_thread(_move_in, voice, staging, home)


async def _fetch_all(
    session: aiohttp.ClientSession,
    voice: CatalogueVoice,
    staging: Path,
    progress: Callable[[InstallProgress], None],
) -> None:
    await asyncio.to_thread(staging.mkdir, exist_ok=True)
    for file in voice.files:

        def tell(done: int, file: CatalogueFile = file) -> None:
            progress(InstallProgress(file.name, done, file.size))

        path = staging / file.name
        if not await asyncio.to_thread(path.exists):  # else fetched and checked by an earlier try
            tell(0)
            await fetch(session, file, path, tell)
        tell(file.size)


def _installed(home: Path, voice: CatalogueVoice) -> InstalledVoice | None:
    """The voice that is there, if it is whole."""
    try:
        if all((home / f.name).stat().st_size == f.size for f in voice.files):
            return read_voice(home / voice.files[0].name)
    except (OSError, ValueError):
        return None
    return None


def _make_room(staging: Path, voice: CatalogueVoice) -> None:
    """Raises ConfigError when the folder cannot be made or the voice will not fit."""
    try:
        staging.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(staging.parent).free
    except OSError as error:
        raise ConfigError(f"The folder for voices cannot be used ({error.strerror}).") from error
    if free < voice.size + SPARE_BYTES:
        raise ConfigError(
            f"The disk is too full for {voice.id}.",
            remedy=f"It needs {(voice.size + SPARE_BYTES) // 1024**2} MB.",
        )


def _move_in(voice: CatalogueVoice, staging: Path, home: Path) -> InstalledVoice:
    """The staged folder becomes the voice's; what was there goes. Raises BadOutput for no voice."""
    try:
        read_voice(staging / voice.files[0].name)
    except (OSError, ValueError) as error:
        shutil.rmtree(staging, ignore_errors=True)
        raise BadOutput(f"{voice.id} cannot be used: {error}.") from error
    try:
        if home.exists():
            shutil.rmtree(home)
        staging.replace(home)
    except OSError as error:
        raise ConfigError(f"{home} cannot be replaced ({error.strerror}).") from error
    return read_voice(home / voice.files[0].name)
