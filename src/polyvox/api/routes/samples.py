"""Samples of a personality: recordings to clone its voice from."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from polyvox.api.host import ServicesDep
from polyvox.api.sample_bodies import (
    PrepareBody,
    PreparedView,
    SampleDetail,
    SampleFetch,
    SampleForm,
    SampleList,
    SamplePatch,
    SampleView,
    Waveform,
    said_of,
)
from polyvox.errors import InvalidSetting, RequestError
from polyvox.services.sample_ports import StoredSample
from polyvox.services.samples import MAX_POINTS, SampleService

router = APIRouter(prefix="/v1/personalities/{personality_id}/samples", tags=["samples"])

MAX_FIELDS, MAX_FIELD_BYTES = 8, 16 << 10
"""Of the form, beside its file."""
WAV = "audio/wav"
MEDIA_TYPES = {
    "wav": WAV,
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "m4a": "audio/mp4",
    "webm": "audio/webm",
    "aac": "audio/aac",
    "aiff": "audio/aiff",
}
"""By the container that was found in it; others are handed out as bytes."""
FORM_REMEDY = "Send it as a form: curl -F file=@voice.wav -F language=en URL."
_FILE = {"type": "string", "format": "binary", "description": "WAV, FLAC, MP3, OGG, M4A or WebM."}


def _form_schema() -> dict[str, Any]:
    schema = SampleForm.model_json_schema()
    fields = {"file": _FILE, **schema["properties"]}
    return {"type": "object", "properties": fields, "required": ["file"]}


_FORM = {"requestBody": {"content": {"multipart/form-data": {"schema": _form_schema()}}}}
_AUDIO: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": _FILE} for kind in sorted(MEDIA_TYPES.values())}}
}
Version = Annotated[
    Literal["original", "prepared"], Query(description="As it came, or as a provider hears it.")
]
Provider = Annotated[str | None, Query(description="Whose prepared version.")]


@router.post("", status_code=201, summary="Upload one", openapi_extra=_FORM)
async def add(
    personality_id: str, request: Request, services: ServicesDep, response: Response
) -> SampleDetail:
    """Measured at once: the answer's `report` says how good it is, what is wrong and how to do
    better. The recording is kept as it came; what a provider hears is made of it when needed."""
    async with AsyncExitStack() as stack:
        try:
            form = await stack.enter_async_context(
                request.form(max_files=1, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES)
            )
        except HTTPException as error:
            raise RequestError("The form cannot be read.", remedy=FORM_REMEDY) from error
        said = _form(form).said()
        path = await stack.enter_async_context(services.samples.incoming())
        await _save(form, path)
        sample = await services.samples.add(personality_id, path, said)
    return _created(sample, response)


@router.post("/fetch", status_code=201, summary="Fetch one from elsewhere")
async def fetch(
    personality_id: str, body: SampleFetch, services: ServicesDep, response: Response
) -> SampleDetail:
    """Refused unless the operator allows the host. A `voice_sample_url` with this address means the
    sample from then on."""
    sample = await services.samples.fetch(personality_id, body.url, body.said())
    return _created(sample, response)


@router.get("", summary="All of a personality")
async def list_all(personality_id: str, services: ServicesDep) -> SampleList:
    """In the order they came."""
    found = await services.samples.list(personality_id)
    return SampleList(data=[SampleView.of(sample) for sample in found])


@router.get("/{sample_id}", summary="One, with its report")
async def get(personality_id: str, sample_id: str, services: ServicesDep) -> SampleDetail:
    return _detail(await _of(services.samples, personality_id, sample_id))


@router.patch("/{sample_id}", summary="Change notes, language or consent")
async def patch(
    personality_id: str, sample_id: str, body: SamplePatch, services: ServicesDep
) -> SampleDetail:
    stored = await _of(services.samples, personality_id, sample_id)
    return _detail(await services.samples.edit(sample_id, body.over(said_of(stored))))


@router.delete("/{sample_id}", status_code=204, summary="Delete")
async def delete(personality_id: str, sample_id: str, services: ServicesDep) -> None:
    """With all that was made of it. 409 says who uses it."""
    await _of(services.samples, personality_id, sample_id)
    await services.samples.delete(sample_id)


@router.post("/{sample_id}/prepare", summary="Make it ready for a provider")
async def prepare(
    personality_id: str, sample_id: str, body: PrepareBody, services: ServicesDep
) -> PreparedView:
    """Otherwise the provider's first reply does it. The answer lists what was changed."""
    await _of(services.samples, personality_id, sample_id)
    made = await services.samples.prepare(sample_id, body.provider, denoise=body.denoise)
    return PreparedView.of(body.provider, made)


@router.get("/{sample_id}/audio", summary="Hear it", response_class=FileResponse, responses=_AUDIO)
async def audio(
    personality_id: str,
    sample_id: str,
    services: ServicesDep,
    version: Version = "original",
    provider: Provider = None,
) -> FileResponse:
    sample = await _of(services.samples, personality_id, sample_id)
    path = await _version(services.samples, sample, version, provider)
    kind = WAV if version == "prepared" else MEDIA_TYPES.get(sample.report.format)
    return FileResponse(
        path,
        media_type=kind or "application/octet-stream",
        headers={"cache-control": "private, no-cache"},
    )


@router.get("/{sample_id}/waveform", summary="See it")
async def waveform(
    personality_id: str,
    sample_id: str,
    services: ServicesDep,
    points: Annotated[int, Query(ge=1, le=MAX_POINTS)] = 800,
    version: Version = "original",
    provider: Provider = None,
) -> Waveform:
    """Lowest and highest value of each of `points` stretches of equal length."""
    sample = await _of(services.samples, personality_id, sample_id)
    path = await _version(services.samples, sample, version, provider)
    drawn = await services.samples.waveform(path, points)
    marks = sample.report.marks if version == "original" else ()
    return Waveform(**drawn, marks=list(marks))


async def _of(samples: SampleService, personality_id: str, sample_id: str) -> StoredSample:
    return await samples.get(sample_id, personality_id=personality_id)


async def _version(
    samples: SampleService, sample: StoredSample, version: str, provider: str | None
) -> Path:
    if version == "prepared" and provider is None:
        raise InvalidSetting("Name the provider whose version is wanted.", param="provider")
    return await samples.audio(sample.meta.id, provider if version == "prepared" else None)


def _form(form: FormData) -> SampleForm:
    """Empty fields are as good as none: browsers send them."""
    fields = {name: value for name, value in form.items() if isinstance(value, str) and value}
    try:
        return SampleForm.model_validate(fields)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        raise RequestValidationError(
            [{**fault, "loc": ("body", *(fault["loc"] or ("consent_who",)))} for fault in faults]
        ) from error


async def _save(form: FormData, path: Path) -> None:
    upload = form.get("file")
    if not isinstance(upload, UploadFile):
        raise RequestError("The form has no file.", param="file", remedy=FORM_REMEDY)

    def copy() -> None:
        with path.open("wb") as target:
            shutil.copyfileobj(upload.file, target)

    await asyncio.to_thread(copy)


def _created(sample: StoredSample, response: Response) -> SampleDetail:
    meta = sample.meta
    response.headers["location"] = f"/v1/personalities/{meta.personality_id}/samples/{meta.id}"
    return _detail(sample)


def _detail(sample: StoredSample) -> SampleDetail:
    return SampleDetail.of(sample, report=sample.report)
