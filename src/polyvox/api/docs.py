"""``/docs``: the OpenAPI document for people, in one page without scripts.

FastAPI's own pages load theirs from elsewhere, which a machine without a network, and a user who
wants to keep to himself, have to do without.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse

NO_SCRIPTS = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'"}
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}
pre{background:#8882;padding:.6rem;border-radius:.4rem;overflow:auto}
h2{margin-top:3rem;text-transform:capitalize}h3{margin-top:2rem}
table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid #8884;padding:.3rem .6rem;text-align:left;vertical-align:top}
:root{color-scheme:light dark}
"""
Document = Mapping[str, Any]


def add_docs(app: FastAPI) -> None:
    """``/docs`` and ``/openapi.json``. The document takes some 100 ms to make, so threads make it."""

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> JSONResponse:
        return JSONResponse(await asyncio.to_thread(app.openapi))

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        document = await asyncio.to_thread(app.openapi)
        return HTMLResponse(page(document), headers=NO_SCRIPTS)


def page(document: Document) -> str:
    """The whole page. ``document`` is OpenAPI 3.1."""
    info = document["info"]
    title = f"{info['title']} {info['version']}"
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title>"
        "<meta name=viewport content='width=device-width'>"
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1><p>{escape(info.get('summary', ''))}</p>"
        "<p>For programs: <a href=/openapi.json>openapi.json</a>. "
        "Every error is an <a href='#ErrorReply'>ErrorReply</a>.</p>"
        + "".join(_operations(document))
        + "<h2>Objects</h2>"
        + "".join(_objects(document))
    )


def _operations(document: Document) -> Iterator[str]:
    tag = None
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation["tags"][0] != tag:
                tag = operation["tags"][0]
                yield f"<h2>{escape(tag)}</h2>"
            yield f"<h3><code>{method.upper()} {escape(path)}</code> {_text(operation['summary'])}</h3>"
            yield f"<p>{_text(operation.get('description', ''))}</p>"
            yield _table(
                (p["name"], p["schema"], p.get("required", False), p.get("description"))
                for p in operation.get("parameters", ())
            )
            yield _body(path, method, operation.get("requestBody"), document)
            yield _answer(operation["responses"])


def _body(path: str, method: str, body: Document | None, document: Document) -> str:
    if body is None:
        return ""
    kind, content = next(iter(body["content"].items()))
    schema = content["schema"]
    if "$ref" not in schema:  # a form
        fields = schema["properties"].items()
        rows = ((n, each, n in schema["required"], each.get("description")) for n, each in fields)
        return f"<p>Body: {escape(kind)}</p>{_table(rows)}"
    named = document["components"]["schemas"][_name(schema)]
    example = next(iter(named.get("examples", ())), None)
    curl = (
        f"<pre>curl http://127.0.0.1:8765{escape(path)} -X {method.upper()} "
        f"-H 'Content-Type: application/json' \\\n  -d '{escape(json.dumps(example))}'</pre>"
        if example
        else ""
    )
    return f"<p>Body: {_type(schema)}</p>{curl}"


def _answer(responses: Document) -> str:
    told = []
    for status, response in responses.items():
        if status.endswith("XX"):
            continue  # errors have one shape everywhere
        kinds = response.get("content", {})
        json_schema = kinds.get("application/json", {}).get("schema")
        what = _type(json_schema) if json_schema else escape(", ".join(kinds))
        told.append(f"{status} {what}".strip())
    return f"<p>Answers: {'; '.join(told)}</p>"


def _objects(document: Document) -> Iterator[str]:
    for name, schema in document["components"]["schemas"].items():
        required = schema.get("required", ())
        yield f"<h3 id='{escape(name)}'>{escape(name)}</h3><p>{_text(schema.get('description', ''))}</p>"
        yield _table(
            (field, each, field in required, each.get("description"))
            for field, each in schema.get("properties", {}).items()
        )


def _table(rows: Iterator[tuple[str, Document, bool, str | None]]) -> str:
    lines = [
        f"<tr><td><code>{escape(name)}</code>{'' if required else '<br><small>optional</small>'}"
        f"<td>{_type(schema)}{_default(schema)}<td>{_text(description or '')}"
        for name, schema, required, description in rows
    ]
    return f"<table>{''.join(lines)}</table>" if lines else ""


def _default(schema: Document) -> str:
    default = schema.get("default")
    return f" = <code>{escape(json.dumps(default))}</code>" if default is not None else ""


def _type(schema: Document) -> str:
    """In words and links, as HTML."""
    if "$ref" in schema:
        return f"<a href='#{_name(schema)}'>{_name(schema)}</a>"
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in values)
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    limits = [
        f"{sign} {schema[key]:g}"
        for key, sign in (("minimum", "≥"), ("maximum", "≤"))
        if key in schema
    ]
    words = [schema.get("type", "anything"), schema.get("format", ""), *limits]
    return escape(" ".join(filter(None, words)))


def _name(schema: Document) -> str:
    return escape(str(schema["$ref"]).rsplit("/", 1)[-1])


def _text(text: str) -> str:
    """Escaped, with ``code`` between backquotes."""
    parts = escape(text).replace("``", "`").split("`")
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))
