"""What routes need from the app and ask of a request."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from fastapi import Depends
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.asked import Asked
from api.engine import Engine
from api.jobs import Jobs
from api.routes.host import EngineHost

_FORWARDING = {"forwarded", "via", "x-real-ip"}
T = TypeVar("T")


def root_path(request: Request) -> str:
    """The path that the service is mounted at: empty, or with a slash in front only."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def _host(request: Request) -> EngineHost:
    host: EngineHost = request.app.state.host
    return host


def _jobs(request: Request) -> Jobs:
    jobs: Jobs = request.app.state.jobs
    return jobs


def _asked(request: Request) -> Asked:
    asked: Asked = request.app.state.asked
    return asked


def json_only(request: Request) -> None:
    """Refuse another content type with 415; nothing sent at all is a missing field instead."""
    headers = request.headers
    empty = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json" and not (empty and not content_type):
        raise HTTPException(415)


def this_machine_only(request: Request) -> None:
    """Refuse with 403 whatever did not come straight from this machine, its browsers included.

    The address alone proves nothing behind a proxy on the same machine, and a page from
    elsewhere can make a local browser send requests or rebind its name to this address.
    """
    headers = request.headers
    forwarded = any(name in _FORWARDING or name.startswith("x-forwarded-") for name in headers)
    host = headers.get("host", "")
    origin = headers.get("origin")
    local = (
        request.client is not None
        and is_loopback(request.client.host)
        and is_loopback(_hostname(f"//{host}"))
        and origin in {None, f"{request.url.scheme}://{host}"}
    )
    if forwarded or not local:
        raise HTTPException(403, "Only programs on the machine of the service may index.")


def is_loopback(host: str) -> bool:
    """Whether a host's name or address can only mean this machine."""
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _hostname(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


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
Questions = Annotated[Asked, Depends(_asked)]
