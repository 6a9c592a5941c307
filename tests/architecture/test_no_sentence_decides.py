"""What is done never hangs on an English sentence: any of them can be reworded."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polyvox

SOURCE = Path(polyvox.__file__).parent
SEARCHES = {"startswith", "endswith", "find", "index", "count", "search", "match", "fullmatch"}
"""Methods that look for a text in another one."""
FOREIGN = {"cli/serve.py": {"without completing response"}}
"""What others' libraries say, where they say it in no other way."""


def test_no_code_compares_sentences() -> None:
    trees = {path: ast.parse(path.read_text()) for path in SOURCE.rglob("*.py")}
    sentences = {_module(path): set(_sentences(tree)) for path, tree in trees.items()}
    assert {"STOPPED", "START"} <= sentences["polyvox.services.found"]
    found = {
        str(path.relative_to(SOURCE)): texts
        for path, tree in trees.items()
        if (texts := set(_compared(tree, _known(tree, sentences) | sentences[_module(path)])))
    }
    assert found == FOREIGN


def test_the_search_finds_each_way_to_compare() -> None:
    for code in (
        "reason == 'It was stopped.'",
        "'models install' in remedy",
        "remedy in ('Start it.', 'Stop it.')",
        "reason.startswith('It was stopped')",
        "match reason:\n case 'It was stopped.': pass",
        "remedy != START",
    ):
        assert list(_compared(ast.parse(code), {"START"})), code
    assert not list(_compared(ast.parse("told = 'It was stopped.'; kind == 'start'"), set()))


def _module(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)


def _known(tree: ast.Module, sentences: dict[str, set[str]]) -> set[str]:
    """Names of sentences that the module imports."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {
        alias.asname or alias.name
        for node in imports
        for alias in node.names
        if alias.name in sentences.get(node.module or "", ())
    }


def _sentences(tree: ast.Module) -> Iterator[str]:
    """Constants of the module that are a sentence, or a Remedy with one."""
    for node in tree.body:
        target: str | None = None
        value: ast.expr | None = None
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=target), value=value):
                pass
        said = isinstance(value, ast.Constant | ast.JoinedStr)
        made = isinstance(value, ast.Call) and ast.unparse(value.func).startswith("Remedy")
        if target and value is not None and (said or made) and _texts(value):
            yield target


def _compared(tree: ast.AST, names: set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Compare():
                sides = [node.left, *node.comparators]
            case ast.MatchValue():
                sides = [node.value]
            case ast.Call(func=ast.Attribute(attr=method)) if method in SEARCHES:
                sides = node.args
            case _:
                continue
        for side in sides:
            yield from _texts(side)
            if isinstance(side, ast.Name) and side.id in names:
                yield side.id


def _texts(value: ast.expr) -> list[str]:
    """The literals in it that have two words or more."""
    literals = [node.value for node in ast.walk(value) if isinstance(node, ast.Constant)]
    return [text for text in literals if isinstance(text, str) and _is_sentence(text)]


def _is_sentence(text: str) -> bool:
    return re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", text) is not None
