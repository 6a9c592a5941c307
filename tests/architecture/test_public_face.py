"""What ``import polyvox`` promises, and what it must not cost."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import polyvox
from polyvox import errors

HEAVY = [
    "aiohttp",
    "av",
    "alembic",
    "fastapi",
    "google",
    "grpc",
    "nicegui",
    "numpy",
    "onnx",
    "onnxruntime",
    "piper",
    "ray",
    "redis",
    "soundfile",
    "soxr",
    "sqlalchemy",
    "structlog",
    "torch",
    "uvicorn",
]
SOURCE = Path(polyvox.__file__).parent


def loaded_by(statement: str) -> tuple[set[str], float]:
    """Top-level modules after ``statement`` in a fresh interpreter, and the seconds it took."""
    code = (
        "import json, sys, time; begun = time.perf_counter()\n"
        f"{statement}\n"
        "took = time.perf_counter() - begun\n"
        "print(json.dumps([sorted({m.split('.')[0] for m in sys.modules}), took]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules, took = json.loads(done.stdout.splitlines()[-1])
    return set(modules), took


@pytest.mark.parametrize(
    "statement",
    [
        "import polyvox",
        "from polyvox import SpeechRequest, VoiceProvider, PolyvoxError",
        "import polyvox.cli.app",
        "import polyvox.provider",
        "from importlib.metadata import entry_points\n"
        "found = entry_points(group='polyvox.providers')\n"
        "assert {'google_tts', 'azure_tts'} <= {e.name for e in found}\n"
        "[e.load() for e in found if e.module.startswith('polyvox.')]",
    ],
)
def test_loads_nothing_heavy(statement: str) -> None:
    modules, _ = loaded_by(statement)
    assert not modules & set(HEAVY)


def test_exported_names_are_these_and_all_can_be_loaded() -> None:
    assert polyvox.__all__ == [
        "ConfigError",
        "Interrupted",
        "NoVoiceLeft",
        "PolyvoxError",
        "ProviderError",
        "RequestError",
        "Speech",
        "SpeechReport",
        "SpeechRequest",
        "SpeechResult",
        "VoiceConfig",
        "VoiceModelRouter",
        "VoiceProvider",
    ]
    for name in polyvox.__all__:
        assert getattr(polyvox, name).__name__ == name


def test_the_six_providers_of_the_specification_have_their_ids() -> None:
    assert sorted(polyvox.VoiceProvider) == [
        "azure_tts",
        "google_tts",
        "ibm_watson",
        "piper",
        "styletts2",
        "xtts_v2",
    ]


def every_error(base: type[errors.PolyvoxError]) -> set[type[errors.PolyvoxError]]:
    found = {base}
    for below in base.__subclasses__():
        found |= every_error(below)
    return found


def test_every_error_is_drawn_in_the_tree_exported_and_mapped() -> None:
    tree = errors.__doc__ or ""
    everyone = [e for e in every_error(errors.PolyvoxError) if e.__module__ == errors.__name__]
    assert {e.__name__ for e in everyone} == set(errors.__all__)
    for error in everyone:
        assert f" {error.__name__}" in tree
        assert 400 <= error.status < 600
    codes = [e.code for e in everyone if not every_error(e) - {e}]
    assert len(codes) == len(set(codes)), "each leaf has a code of its own"


def test_files_and_functions_stay_small() -> None:
    files = {path: path.read_text() for path in sorted(SOURCE.rglob("*.py"))}
    assert len(files) > 100
    assert [str(path) for path, source in files.items() if source.count("\n") > 350] == []
    functions = (
        (f"{path}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno)
        for path, source in files.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert [name for name, lines in functions if lines >= 60] == []
