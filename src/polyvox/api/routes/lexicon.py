"""Lexicons, each read and written as a whole: as JSON, or as W3C's PLS."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse

from polyvox.api.errors import JSON_REMEDY
from polyvox.api.host import ServicesDep
from polyvox.api.versions import IfMatch, etag, expected_version
from polyvox.api.views import Listing
from polyvox.domain.lexicon import MAX_ENTRIES, LexiconEntry, documents, parse_lexicon
from polyvox.errors import InvalidSetting, RequestError
from polyvox.services.pls import MEDIA_TYPE, read_pls, written_as_pls
from polyvox.services.ports import StoredLexicon

router = APIRouter(prefix="/v1", tags=["lexicon"])

JSON = "application/json"


class LexiconView(Listing[LexiconEntry]):
    """Words and how they are spoken. An entry has only the fields that were given."""

    version: int


Accept = Annotated[str, Header(description=f"`{JSON}` or `{MEDIA_TYPE}`.")]
_PLS: dict[str, Any] = {"schema": {"type": "string", "description": "W3C's PLS 1.0."}}
_READ: dict[int | str, dict[str, Any]] = {
    200: {"model": LexiconView, "content": {MEDIA_TYPE: _PLS}}
}
_ENTRIES = {"type": "array", "items": {"$ref": "#/components/schemas/LexiconEntry"}}
_FIELDS = {
    "data": {**_ENTRIES, "description": f"All of it, at most {MAX_ENTRIES}."},
    "version": {"type": "integer", "description": "The version that was read."},
}
_SCHEMA = {"type": "object", "properties": _FIELDS, "required": ["data"]}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {JSON: {"schema": _SCHEMA}, MEDIA_TYPE: _PLS},
    }
}


@router.get("/lexicon", summary="The server's lexicon", responses=_READ)
async def get(services: ServicesDep, accept: Accept = JSON) -> Response:
    """Holds for everybody; a personality's own is stronger."""
    return _answer(await services.lexicon.get(), accept)


@router.put(
    "/lexicon", summary="Replace the server's lexicon", responses=_READ, openapi_extra=_BODY
)
async def replace(
    request: Request, services: ServicesDep, accept: Accept = JSON, if_match: IfMatch = None
) -> Response:
    """From the next reply on. A bare list of entries will do."""
    return await _replace(None, request, services, accept, if_match)


@router.get(
    "/personalities/{personality_id}/lexicon", summary="A personality's lexicon", responses=_READ
)
async def get_own(personality_id: str, services: ServicesDep, accept: Accept = JSON) -> Response:
    """The same as `lexicon` of its `voice_config`, with the personality's version."""
    return _answer(await services.lexicon.get(personality_id), accept)


@router.put(
    "/personalities/{personality_id}/lexicon",
    summary="Replace a personality's lexicon",
    responses=_READ,
    openapi_extra=_BODY,
)
async def replace_own(
    personality_id: str,
    request: Request,
    services: ServicesDep,
    accept: Accept = JSON,
    if_match: IfMatch = None,
) -> Response:
    """From the next segment on, also of replies being spoken."""
    return await _replace(personality_id, request, services, accept, if_match)


async def _replace(
    personality_id: str | None,
    request: Request,
    services: ServicesDep,
    accept: str,
    if_match: str | None,
) -> Response:
    kind = request.headers.get("content-type", JSON).partition(";")[0].strip().casefold()
    entries, version = _read(kind, await request.body())
    changed = await services.lexicon.replace(
        entries, personality_id, expected_version=expected_version(version, if_match)
    )
    return _answer(changed, accept)


def _read(kind: str, body: bytes) -> tuple[tuple[LexiconEntry, ...], int | None]:
    """The entries, and the version they were made from. Raises RequestError, InvalidSetting."""
    if kind == MEDIA_TYPE:
        return read_pls(body), None
    if kind != JSON:
        raise RequestError(f"A lexicon is {JSON} or {MEDIA_TYPE}.", param="Content-Type")
    try:
        given = json.loads(body)
    except ValueError:
        raise RequestError("The body is not valid JSON.", remedy=JSON_REMEDY) from None
    if isinstance(given, list):
        given = {"data": given}
    if not isinstance(given, dict) or "data" not in given:
        raise RequestError("The body is neither a list nor has it one as 'data'.", param="data")
    version = given.get("version")
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        raise InvalidSetting("version: It must be a whole number.", param="version")
    return parse_lexicon(given["data"], named="data"), version


def _answer(lexicon: StoredLexicon, accept: str) -> Response:
    headers = {"etag": etag(lexicon.version), "vary": "Accept"}
    if _prefers_pls(accept):
        return Response(written_as_pls(lexicon.entries), headers=headers, media_type=MEDIA_TYPE)
    body = {"object": "list", "data": documents(lexicon.entries), "version": lexicon.version}
    return JSONResponse(body, headers=headers)


def _prefers_pls(accept: str) -> bool:
    """Whether ``accept`` names PLS, and JSON not before it (RFC 9110, 12.5.1)."""
    wanted: dict[str, float] = {}
    for each in accept.split(","):
        kind, *parameters = (part.strip().casefold() for part in each.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            wanted[kind] = float(weight)
        except ValueError:
            wanted[kind] = 0.0
    return wanted.get(MEDIA_TYPE, 0.0) > 0 and wanted[MEDIA_TYPE] >= wanted.get(JSON, 0.0)
