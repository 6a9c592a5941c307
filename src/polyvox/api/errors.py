"""Errors as OpenAI's clients read them: ``{"error": {"message", "type", "param", "code"}}``.

Status and code come from the error's class (polyvox.errors); this file only adds the few errors
that HTTP brings along.

============================== ====== ========================== =====================
error                          status type                       code
============================== ====== ========================== =====================
RequestError and subclasses    4xx    invalid_request_error      the class's
NotAllowed                     401    authentication_error       invalid_api_key
ForeignPage                    403    invalid_request_error      foreign_page
unknown path, method           404/5  invalid_request_error      not_found, …
BodyTooSlow                    408    invalid_request_error      body_too_slow
BodyTooLarge                   413    invalid_request_error      body_too_large
WrongHost                      421    invalid_request_error      wrong_host
a body that does not validate  400    invalid_request_error      invalid_request
anything unexpected            500    server_error               internal_error
NoVoiceLeft, ProviderError     503    server_error               the class's
ReplyTimedOut                  504    server_error               reply_timed_out
============================== ====== ========================== =====================
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from polyvox.errors import NotAllowed, NoVoiceLeft, PolyvoxError, RequestError

JSON_REMEDY = "Send JSON, with the header 'Content-Type: application/json'."


class ForeignPage(RequestError):
    """A page of another origin calls the keyless API on loopback."""

    status = 403
    code = "foreign_page"


class BodyTooSlow(RequestError):
    status = 408
    code = "body_too_slow"


class BodyTooLarge(RequestError):
    status = 413
    code = "body_too_large"


class WrongHost(RequestError):
    """The Host header names somebody else (DNS rebinding)."""

    status = 421
    code = "wrong_host"


class InternalError(PolyvoxError):
    """Stands for an unexpected exception: nothing of it leaves the server."""

    code = "internal_error"

    def __init__(self) -> None:
        super().__init__(
            "Something went wrong inside Polyvox.", remedy="The server's log says what."
        )


class ReplyTimedOut(PolyvoxError):
    status = 504
    code = "reply_timed_out"


def describe(error: PolyvoxError) -> dict[str, Any]:
    """The ``error`` object: OpenAI's four fields, the report's id and the causes where known."""
    described = _described(
        str(error), error.status, param=getattr(error, "param", None), code=error.code
    )
    if speech_id := getattr(error, "speech_id", None):
        described["speech_id"] = speech_id
    if isinstance(error, NoVoiceLeft):
        described["attempts"] = [_cause(cause) for cause in error.exceptions]
    return described


def error_response(error: PolyvoxError) -> JSONResponse:
    headers: dict[str, str] = {}
    if isinstance(error, NoVoiceLeft):
        # Everyone has been asked; OpenAI's client would ask twice more.
        headers["x-should-retry"] = "false"
    if isinstance(error, NotAllowed):
        headers["www-authenticate"] = "Bearer"
    return JSONResponse({"error": describe(error)}, error.status, headers)


def add_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(PolyvoxError, _on_polyvox_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)


async def _on_polyvox_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, PolyvoxError)  # noqa: S101 - tells mypy what it is registered for
    return error_response(error)


async def _on_invalid(_: Request, error: Exception) -> JSONResponse:
    """The first fault, by field. Never what the caller wrote there."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    fault = error.errors()[0]
    place = [str(part) for part in fault["loc"][1:]]
    if fault["type"] == "json_invalid":
        return error_response(RequestError("The body is not valid JSON.", remedy=JSON_REMEDY))
    if not place:
        return error_response(RequestError("The body is not a JSON object.", remedy=JSON_REMEDY))
    # Deeper parts of the place may be branches of a union, or keys that the caller made up.
    return error_response(RequestError(f"{place[0]}: {fault['msg']}.", param=place[0]))


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    """404 and 405 of the router, 400 of the body parser."""
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    status = HTTPStatus(error.status_code)
    messages: Mapping[int, str] = {
        404: "There is nothing at this path. GET /docs lists all.",
        405: f"{request.method} is not possible here.",
        400: f"The body could not be read. {JSON_REMEDY}",
    }
    message = messages.get(status, f"{status.phrase}.")
    described = _described(message, status, param=None, code=status.name.lower())
    return JSONResponse({"error": described}, status, error.headers)


def _described(message: str, status: int, *, param: str | None, code: str) -> dict[str, Any]:
    return {"message": message, "type": _type(status), "param": param, "code": code}


def _type(status: int) -> str:
    if status == HTTPStatus.UNAUTHORIZED:
        return "authentication_error"
    return "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"


def _cause(cause: Exception) -> dict[str, Any]:
    code = cause.code if isinstance(cause, PolyvoxError) else "error"
    message = str(cause) if isinstance(cause, PolyvoxError) else type(cause).__name__
    return {"provider": getattr(cause, "provider", None), "code": code, "message": message}
