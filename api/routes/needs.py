"""What routes need from the app and ask of a request."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, TypeVar

from fastapi import Depends
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.engine import Engine
from api.jobs import Jobs
from api.routes.access import NotAllowed, caller_of, sees_embargoed
from api.routes.host import EngineHost

T = TypeVar("T")


def root_path(request: Request) -> str:
    """The path that the service is mounted at: empty, or with a slash in front only."""
    return str(request.scope.get("root_path", "")).rstrip("/")


async def _host(request: Request) -> EngineHost:
    """The engine, as the request may see it."""
    host: EngineHost = request.app.state.host
    if "authorization" in request.headers:
        with suppress(NotAllowed):  # a wrong key sees what everybody sees, where that is anything
            await caller_of(request)
    return host.seeing_embargoed() if sees_embargoed(request) else host


def _jobs(request: Request) -> Jobs:
    jobs: Jobs = request.app.state.jobs
    return jobs


def json_only(request: Request) -> None:
    """Refuse another content type with 415; nothing sent at all is a missing field instead."""
    headers = request.headers
    empty = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json" and not (empty and not content_type):
        raise HTTPException(415)


def reply(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Write a reply as it is; it was made by us and needs no second check."""
    return Response(to_json(value), status, headers, "application/json")


async def of_document(host: EngineHost, work: Callable[[Engine], T]) -> T:
    """Let the engine work on one document; an id that names none is 404."""
    try:
        return await host.call(work)
    except KeyError:
        raise HTTPException(404, "No document has this id.") from None


Root = Annotated[str, Depends(root_path)]
Host = Annotated[EngineHost, Depends(_host)]
JobQueue = Annotated[Jobs, Depends(_jobs)]
