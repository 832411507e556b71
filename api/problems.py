"""Every error as one shape, `application/problem+json` (RFC 9457), without inner details."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from api.key_store import KeysUnavailable
from api.schemas import FieldError, Problem
from indexer import errors
from indexer.blocks import REMEDY

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5
_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_log = logging.getLogger("fundstelle")

DETAILS = {
    400: "The request cannot be read: its body is no valid JSON or form, or a header is malformed.",
    401: "This needs a key: Authorization: Bearer KEY.",
    403: "This is not allowed from where the request comes.",
    404: "There is nothing at this address.",
    405: "This address does not take this method.",
    409: "The index was left as it was.",
    413: "The request body is larger than 1 MiB, or the file larger than allowed.",
    415: "The request body must be sent as application/json, a file as a format that is read.",
    416: "The range lies outside the file.",
    421: "The service is not asked by this name.",
    422: "The request is not valid; `errors` names the fields.",
    429: "These are too many requests; try again later.",
    500: "Something went wrong here; the log of the service names it under the request_id.",
    503: "The index or the data folder cannot be used at the moment; try again later.",
}
# As RFC 9110 names them; `http.HTTPStatus` calls them differently in each Python version.
_TITLES = {413: "Content Too Large", 416: "Range Not Satisfiable", 422: "Unprocessable Content"}
# Where Pydantic speaks about Python rather than about JSON.
_MESSAGES = {
    "model_attributes_type": "Input should be an object",
    "model_type": "Input should be an object",
    "string_unicode": "Input should be text that UTF-8 can hold",
    "too_long": "Input should have at most {max_length} items",
    "too_short": "Input should have at least {min_length} item",
}
_NO_CHANGES = "Changes and jobs are not possible at the moment; questions are still answered."
# What a foreseeable error means to a client; the messages name paths and stay in the log.
_FORESEEN: dict[type[errors.FundstelleError], tuple[int, str]] = {
    errors.IndexUnavailable: (503, "No index is loaded yet; try again later."),
    errors.IndexDamaged: (503, DETAILS[503]),
    errors.EncoderMismatch: (503, DETAILS[503]),
    errors.EncoderError: (503, DETAILS[503]),
    KeysUnavailable: (503, "Nobody is let in while it cannot be known which keys there are."),
    errors.DataUnavailable: (503, _NO_CHANGES),
    errors.IndexLocked: (409, "The index is being written at the moment."),
    errors.NothingPublished: (409, "The index was left as it was."),
    errors.ReadError: (422, "The file could not be read."),
}


def request_id(scope: Scope) -> str:
    """The id that the middleware gave this request."""
    return str(scope.get("state", {}).get("request_id", ""))


def problem(
    status: int, scope: Scope, detail: str | None = None, fields: Iterable[FieldError] = ()
) -> Problem:
    """Describe an error; without a detail of its own it gets the status's."""
    return Problem(
        type="about:blank",
        title=_TITLES.get(status, HTTPStatus(status).phrase),
        status=status,
        detail=detail or DETAILS.get(status, HTTPStatus(status).description or "Error."),
        request_id=request_id(scope),
        errors=tuple(fields),
    )


def respond(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Send a problem; `errors` is there for 422 only."""
    plain = as_plain(problem)
    extra = {"Retry-After": str(RETRY_AFTER_S)} if problem.status == 503 else {}
    return Response(
        to_json(plain), problem.status, headers={**extra, **(headers or {})}, media_type=MEDIA_TYPE
    )


def as_plain(problem: Problem) -> dict[str, Any]:
    """The problem as JSON has it."""
    plain: dict[str, Any] = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "request_id": problem.request_id,
    }
    if problem.status == 422:
        plain["errors"] = [
            {"field": error.field, "message": error.message} for error in problem.errors
        ]
    return plain


def foreseen(error: errors.FundstelleError, scope: Scope) -> Problem:
    """Describe an error of the family; what it says itself goes to the log."""
    # Before the first index is published this is no news, and probes ask every few seconds.
    level = logging.INFO if isinstance(error, errors.IndexUnavailable) else logging.WARNING
    _log.log(level, "%s %s: %s", request_id(scope), type(error).__name__, error)
    for family, (status, detail) in _FORESEEN.items():
        if isinstance(error, family):
            return problem(status, scope, _damaged_file(error) or detail)
    return problem(500, scope)


def _damaged_file(error: errors.FundstelleError) -> str | None:
    """What may be told of it: the path inside the index, and what helps."""
    if isinstance(error, errors.IndexDamaged) and error.path:
        return f"{error.path} of the index is damaged: {REMEDY}."
    return None


def unforeseen(error: Exception, scope: Scope) -> Problem:
    """Describe a bug; its traceback goes to the log."""
    _log.error("%s failed", request_id(scope), exc_info=error)
    return problem(500, scope)


def field_errors(found: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """Name field and fault of Pydantic's errors, never the value."""
    return [FieldError(_field(error["loc"]), _message(error)) for error in found]


def _field(location: tuple[str | int, ...]) -> str:
    parts = location[1:] if location[:1] in {("body",), ("query",), ("path",)} else location
    return _printable(".".join(map(str, parts)))[:200] or str((*location, "body")[0])


def _message(error: Mapping[str, Any]) -> str:
    if error["type"] in _MESSAGES:
        return _MESSAGES[error["type"]].format(**error.get("ctx", {}))
    return _printable(str(error["msg"]))


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def install(app: FastAPI) -> None:
    """Answer every error that reaches the app in the one shape."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(errors.FundstelleError, _foreseen)


def _invalid(request: Request, error: Exception) -> Response:
    found = cast(RequestValidationError, error).errors()
    if any(one["type"] == "json_invalid" for one in found):
        return respond(problem(400, request.scope))
    return respond(problem(422, request.scope, fields=field_errors(found)))


def _http(request: Request, error: Exception) -> Response:
    error = cast(HTTPException, error)
    headers = dict(error.headers or {})
    own_words = error.detail != HTTPStatus(error.status_code).phrase
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_allowed(request))
    if error.status_code == 400:  # the framework's only one: a body that is not even text
        own_words = False
    detail = error.detail if own_words else None
    return respond(problem(error.status_code, request.scope, detail), headers)


def _allowed(request: Request) -> list[str]:
    """Ask every route: the framework names the methods of the first one only."""
    routes = request.app.router.routes
    return [
        method
        for method in _METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes
        )
    ]


def _foreseen(request: Request, error: Exception) -> Response:
    return respond(foreseen(cast(errors.FundstelleError, error), request.scope))


# What a client needs of a reply besides its body.
_HEADERS = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Errors of a route, for OpenAPI; 500 is a bug and not promised."""
    return {
        status: {
            "description": DETAILS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            **_described_header(status),
        }
        for status in statuses
    }


def _described_header(status: int) -> dict[str, Any]:
    if status not in _HEADERS:
        return {}
    return {"headers": {_HEADERS[status]: {"schema": {"type": "string"}}}}


def add_refusals(described: dict[str, Any]) -> None:
    """Describe what every route may answer, and those that need a scope, in OpenAPI."""
    operations = [one for methods in described["paths"].values() for one in methods.values()]
    for operation in operations:
        statuses = [413, 421]
        if "security" in operation:
            if {} not in operation["security"]:  # there may be no keys, or asking is open to all
                operation["security"].append({})
            statuses += [401, 403, 429, 503]
        for status in statuses:
            operation["responses"].setdefault(str(status), documented(status)[status])
        operation["responses"] = dict(sorted(operation["responses"].items()))
