"""What lies between a client and the service: proxies, names, and how long a request may take."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.addresses import is_loopback, is_named
from api.problems import problem, respond


class Proxied:
    """Believe the X-Forwarded-* headers of configured proxies, and of nobody else.

    The client is the rightmost address in X-Forwarded-For that is no such proxy.
    """

    def __init__(self, app: ASGIApp, trusted: Collection[str]) -> None:
        self._networks = [ipaddress.ip_network(one, strict=False) for one in trusted]
        self._believed = ProxyHeadersMiddleware(app, [str(one) for one in self._networks])  # type: ignore[arg-type]
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._is_trusted(scope):
            await self._app(scope, receive, send)
            return
        scope = {**scope, "state": {**scope.get("state", {}), "by_proxy": True}}
        given = Headers(scope=scope).getlist("x-forwarded-host")
        if given:  # the last one is what the proxy before us was asked for
            scope["headers"] = list(scope["headers"])
            MutableHeaders(scope=scope)["host"] = given[-1].rpartition(",")[2].strip()
        await self._believed(scope, receive, send)  # type: ignore[arg-type]

    def _is_trusted(self, scope: Scope) -> bool:
        try:
            address = ipaddress.ip_address((scope.get("client") or ("",))[0])
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self._networks)


class KnownHosts:
    """Refuse what is asked by another name than the service has, if these are configured.

    Programs of the machine itself, such as a health check, may ask by its own names.
    """

    def __init__(self, app: ASGIApp, allowed: Collection[str]) -> None:
        self._app = app
        self._allowed = [*allowed]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_known(scope):
            await respond(problem(421, scope))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        host = Headers(scope=scope).get("host", "")
        if is_named(host, self._allowed):
            return True
        here = is_loopback((scope.get("client") or ("",))[0])
        return here and is_named(host, ["localhost", "127.0.0.1", "[::1]"])


class TimeLimit:
    """Answer 503 where nothing was answered in time; what is being sent is not cut off.

    Uploads take as long as their senders' lines need, and events as long as what they tell of.
    What a thread works on goes on there; nobody waits for it any more.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_upload(scope) or scope["path"].endswith("/events"):
            await self._app(scope, receive, send)
            return
        answered = False
        try:
            async with asyncio.timeout(self._seconds) as limit:

                async def send_in_time(message: Message) -> None:
                    nonlocal answered
                    if limit.expired():
                        return  # 503 is on its way
                    answered = True
                    limit.reschedule(None)
                    await send(message)

                await self._app(scope, receive, send_in_time)
        except TimeoutError:
            if answered or not limit.expired():
                raise
            said = f"This took longer than {self._seconds:g} s; try again later."
            await respond(problem(503, scope, said))(scope, receive, send)


def is_upload(scope: Scope) -> bool:
    """Whether a request sends a file."""
    return scope["method"] == "PUT" and "/v1/documents/" in scope["path"]
