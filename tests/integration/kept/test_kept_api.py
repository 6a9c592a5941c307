"""The HTTP API is what tests/data/api says: its description, and an example of every answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from polyvox import errors
from polyvox.api.app import create_app
from polyvox.bootstrap import Application
from tests.integration.api.client import Client
from tests.integration.kept import (  # noqa: F401 - their scenes are in SCENES now
    chains,
    figures,
    lexicons,
    listing,
    people,
    samples,
    speaking,
)
from tests.integration.kept.keeping import FOLDER, compare, read
from tests.integration.kept.plain import Plain
from tests.integration.kept.recorder import Recorder
from tests.integration.kept.scenes import SCENES, Scene
from tests.support.server import RunningServer, serving, settings_for

NOT_OF_THE_API = frozenset(["error", "config_error", "provider_error"])
"""Codes of base classes, and of what ends a command or the start of the server."""


def document(home: Path) -> Any:
    return create_app(Application(settings_for(home), loaders={})).openapi()


def test_the_description_is_the_kept_one(tmp_path: Path) -> None:
    described = document(tmp_path)
    assert described["info"].pop("version") == version("polyvox")
    compare("openapi", described, sort=True)


@pytest.mark.parametrize("name", SCENES)
async def test_answers_are_the_kept_ones(name: str, tmp_path: Path) -> None:
    scene = SCENES[name]
    async with scene.beside() as more:
        settings = settings_for(tmp_path, **scene.settings, **more)
        with serving(settings, loaders=scene.loaders) as server:
            compare(f"answers/{name}", await played(scene, server))


async def played(scene: Scene, server: RunningServer) -> Any:
    known = {
        str(server.application.settings.home): "<home>",
        f"127.0.0.1:{server.port}": "<host>",
        version("polyvox"): "<version>",
    }
    async with aiohttp.ClientSession(server.url) as session:
        record = Recorder(Client(session), Plain(known, exact=scene.exact))
        await scene.play(record, server)
    await asyncio.sleep(0)  # aiohttp closes its sockets one step later
    return record.kept


def test_every_file_belongs_to_a_scene() -> None:
    assert {path.stem for path in (FOLDER / "answers").iterdir()} == set(SCENES)


def examples() -> Iterator[tuple[str, str, Any]]:
    """(method, path, answer) of all scenes."""
    for scene in SCENES:
        for example in read(f"answers/{scene}").values():
            asked = example["asked"]
            yield asked["method"], asked["path"].partition("?")[0], example["answer"]


def test_every_operation_has_an_example(tmp_path: Path) -> None:
    """Of each a success: a new route without one fails."""
    done = {(m, p, a["status"]) for m, p, a in examples() if a["status"] < 300}
    missing = []
    for path, operations in document(tmp_path)["paths"].items():
        pattern = re.compile(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(path)))
        for method in operations:
            if not any(m == method.upper() and pattern.fullmatch(p) for m, p, _ in done):
                missing.append(f"{method.upper()} {path}")
    assert missing == [], "add a call to a scene in tests/integration/kept"


def codes() -> set[str]:
    """Of every error that can be an answer, or the cause of one."""
    found, classes = set(), [errors.PolyvoxError]
    while classes:
        kind = classes.pop()
        classes += kind.__subclasses__()
        if kind.__module__ == errors.__name__:
            found.add(kind.code)
    return found - NOT_OF_THE_API


def told(value: Any) -> Iterator[str]:
    """Every code within it."""
    match value:
        case dict():
            for name, each in value.items():
                if name in ("code", "error") and isinstance(each, str):
                    yield each
                yield from told(each)
        case list():
            for each in value:
                yield from told(each)


def test_every_error_and_every_exclusion_has_an_example() -> None:
    kept = {code for _, _, answer in examples() for code in told(answer["body"])}
    exclusions = {
        *("not_installed", "disabled", "unavailable", "resting", "language", "sample"),
        *("consent", "voice", "setting", "quota", "fallback_off"),
    }
    assert (codes() | exclusions) - kept == set()
