"""Every example in README and docs/ works: they are run against a real server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from polyvox.domain.voice_config import VoiceConfig
from tests.docs import settings_table
from tests.support.piper import lend_parts

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ADDRESS = "127.0.0.1:8765"
RUN, SHOWN = {"bash", "python"}, {"sh", "json", "toml", "text"}
"""``sh`` blocks set things up or need the network: their targets and commands are only looked up."""


@dataclass(frozen=True)
class Server:
    address: str
    home: Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    lend_parts(home)
    command = [sys.executable, "-m", "polyvox", "serve", "--port", "0"]
    environment = {**os.environ, "POLYVOX_HOME": str(home)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                found = re.search(r"http://(127\.0\.0\.1:\d+)", line)
                if found:
                    yield Server(found[1], home)
                    break
            else:
                pytest.fail("the server did not start")
        finally:
            process.terminate()
            process.stdout.read()
            process.wait(20)


def blocks(page: Path, *languages: str) -> list[str]:
    return [code for language, code in FENCE.findall(page.read_text()) if language in languages]


def execute(command: list[str], server: Server, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "POLYVOX_HOME": str(server.home)}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=110
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_shell_examples_run(page: Path, server: Server, tmp_path: Path) -> None:
    for code in blocks(page, "bash"):
        script = code.replace(ADDRESS, server.address)
        execute(["bash", "-euo", "pipefail", "-c", script], server, tmp_path)
    for made in tmp_path.iterdir():
        assert made.stat().st_size > 1000, f"{made.name} holds no audio"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_python_examples_run(page: Path, server: Server, tmp_path: Path) -> None:
    code = "\n\n".join(blocks(page, "python")).replace(ADDRESS, server.address)
    script = tmp_path / "example.py"
    script.write_text(code)
    execute(
        [sys.executable, "-W", "error::DeprecationWarning:__main__", str(script)], server, tmp_path
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_what_is_only_shown_is_true_as_well(page: Path) -> None:
    languages = {language for language, _ in FENCE.findall(page.read_text())}
    assert languages <= RUN | SHOWN
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for code in blocks(page, "sh"):
        assert set(re.findall(r"^make (\w+)", code, re.MULTILINE)) <= targets
    for code in blocks(page, "json"):
        document = json.loads(code)
        if "active_provider" in document:
            VoiceConfig.model_validate(document)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_the_table_of_settings_is_the_code_s() -> None:
    page = settings_table.PAGE.read_text()
    assert settings_table.page_with(settings_table.table()) == page, (
        "run: python -m tests.docs.settings_table"
    )
