"""Who is not let in is told so in words on the page, and as a problem everywhere else."""

from __future__ import annotations

from typing import cast

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from api.page.rendering import refused
from api.problems import problem, respond
from api.routes.access import NotAllowed
from api.routes.needs import root_path


def install(app: FastAPI) -> None:
    """Answer every request that is not let in."""
    app.add_exception_handler(NotAllowed, _refused)


async def _refused(request: Request, error: Exception) -> Response:
    error = cast(NotAllowed, error)
    path = request.url.path.removeprefix(root_path(request))
    if not path.startswith("/v1/") and "text/html" in request.headers.get("accept", ""):
        return refused(request, error)
    return respond(problem(error.status_code, request.scope, error.detail), error.headers)
