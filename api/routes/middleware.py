"""What every request passes through, outermost first; all of it plain ASGI."""

from __future__ import annotations

import re
import secrets
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem, respond, unforeseen
from api.routes.network import KnownHosts, Proxied, TimeLimit, is_upload
from api.routes.observing import Observed
from indexer.settings import Settings

MAX_BODY_BYTES = 1 << 20
BYTES_PER_MB = 1_000_000

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
        except ClientDisconnect:
            pass  # nobody is there to be answered, and nothing went wrong
        except Exception as error:
            if started:
                raise
            await respond(unforeseen(error, scope))(scope, receive, send)


class BodyLimit:
    """Refuse bodies above the limit, whether their length is declared or they come in chunks."""

    def __init__(self, app: ASGIApp, max_upload_mb: int) -> None:
        self.app = app
        # The file, and what is said about it.
        self.max_upload_bytes = max_upload_mb * BYTES_PER_MB + MAX_BODY_BYTES
        self.upload_too_large = f"The file is larger than {max_upload_mb} MB."

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        upload = is_upload(scope)
        limit = self.max_upload_bytes if upload else MAX_BODY_BYTES
        said = self.upload_too_large if upload else None
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > limit:
            await respond(problem(413, scope, said))(scope, receive, send)
            return
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(413, said)
            return message

        await self.app(scope, receive_within_limit, send)


def middleware(settings: Settings, root_path: str) -> list[Middleware]:
    """The whole list, for a service that is mounted at `root_path`."""
    proxied = [Middleware(Proxied, trusted=settings.trusted_proxies)]
    named = [Middleware(KnownHosts, allowed=settings.allowed_hosts)]
    return [
        Middleware(Mounted, root_path=root_path),
        *(proxied if settings.trusted_proxies else []),
        Middleware(RequestIds),
        Middleware(Observed),
        Middleware(SafeHeaders),
        Middleware(Problems),
        *(named if settings.allowed_hosts else []),
        *(_cors(settings) if settings.allowed_origins else []),
        Middleware(TimeLimit, seconds=settings.request_timeout_s),
        Middleware(BodyLimit, max_upload_mb=settings.max_upload_mb),
    ]


def _cors(settings: Settings) -> list[Middleware]:
    """Pages from these places may ask; a key they have is theirs, the browser adds nothing."""
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Location", "Retry-After", "X-Request-ID"],
            allow_credentials=False,
        )
    ]
