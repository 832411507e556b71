"""Who is not let in is told so in words on the page, and as a problem everywhere else."""

from __future__ import annotations

from typing import cast

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from api.page.rendering import interface_of, say
from api.page.texts import Interface
from api.problems import problem, respond
from api.routes.access import NotAllowed
from api.routes.needs import root_path

_SAID: dict[Interface, dict[int, str]] = {
    "de": {
        401: "Diese Dokumente sind nicht öffentlich: Zum Fragen und Lesen braucht es einen "
        "Schlüssel.",
        403: "Das ist von hier aus nicht erlaubt.",
        429: "Das sind zu viele Anfragen. Bitte in einer Minute noch einmal versuchen.",
    },
    "en": {
        401: "These documents are not public: asking and reading need a key.",
        403: "This is not allowed from here.",
        429: "These are too many requests. Please try again in a minute.",
    },
}


def install(app: FastAPI) -> None:
    """Answer every request that is not let in."""
    app.add_exception_handler(NotAllowed, _refused)


def _refused(request: Request, error: Exception) -> Response:
    error = cast(NotAllowed, error)
    status, headers = error.status_code, dict(error.headers or {})
    path = request.url.path.removeprefix(root_path(request))
    if path.startswith("/v1/") or "text/html" not in request.headers.get("accept", ""):
        return respond(problem(status, request.scope, error.detail), headers)
    shown = say(request, _SAID[interface_of(request)][status], status)
    shown.headers.update(headers)
    return shown
