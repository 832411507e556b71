"""What every request passes through, outermost first; all of it plain ASGI."""

from __future__ import annotations

import re
import secrets
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem, respond, unforeseen
from api.routes.observing import Observed
from indexer.reading.files import MAX_FILE_BYTES

MAX_BODY_BYTES = 1 << 20
MAX_UPLOAD_BYTES = MAX_FILE_BYTES + MAX_BODY_BYTES  # the file, and what is said about it

_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")  # an id that can stand in a log line
_API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"


class Mounted:
    """Serve below a path, whether the proxy in front strips it from the address or not."""

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self.app = app
        self.root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.root_path and scope["type"] == "http":
            path = scope["path"] if scope["path"] != self.root_path else f"{self.root_path}/"
            if not path.startswith(self.root_path + "/"):
                path = self.root_path + path
            scope = {**scope, "root_path": self.root_path, "path": path}
        await self.app(scope, receive, send)


class RequestIds:
    """Give each request an id, the client's own if it is well-formed, and return it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _WELL_FORMED.match(given) else secrets.token_hex(8)
        scope["state"] = {**scope.get("state", {}), "request_id": request_id}

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        await self.app(scope, receive, send_with_id)


class SafeHeaders:
    """Forbid by default what no reply needs; a route that needs more says so itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "no-referrer")
                headers.setdefault("Content-Security-Policy", _API_POLICY)
                # A document can be withdrawn: what may be kept is asked for again each time.
                headers.setdefault("Cache-Control", "no-cache" if "etag" in headers else "no-store")
            await send(message)

        await self.app(scope, receive, send_safely)


class Problems:
    """Make a problem of a bug, where nothing has been sent yet, and of errors in plain text."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = replaced = False

        async def send_problems(message: Message) -> None:
            nonlocal started, replaced
            if message["type"] == "http.response.start":
                started = True
                headers = Headers(raw=message["headers"])
                plain_text = headers.get("content-type", "").startswith("text/plain")
                if message["status"] >= 400 and plain_text:  # a file's range is out of reach
                    replaced = True
                    kept = {k: headers[k] for k in ("content-range",) if k in headers}
                    error = respond(problem(message["status"], scope), kept)
                    await error(scope, receive, send)
            if not replaced:
                await send(message)

        try:
            await self.app(scope, receive, send_problems)
        except Exception as error:
            if started:
                raise
            await respond(unforeseen(error, scope))(scope, receive, send)


class BodyLimit:
    """Refuse bodies above the limit, whether their length is declared or they come in chunks."""

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_BODY_BYTES) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        upload = scope["method"] == "PUT" and "/v1/documents/" in scope["path"]
        limit = MAX_UPLOAD_BYTES if upload else self.max_bytes
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > limit:
            await respond(problem(413, scope))(scope, receive, send)
            return
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_within_limit, send)


def middleware(root_path: str) -> list[Middleware]:
    """The whole list, for a service that is mounted at `root_path`."""
    return [
        Middleware(Mounted, root_path=root_path),
        Middleware(RequestIds),
        Middleware(Observed),
        Middleware(SafeHeaders),
        Middleware(Problems),
        Middleware(BodyLimit),
    ]
