"""What is noted of every request: a count, its time, and a log line; never what was asked."""

from __future__ import annotations

import logging
import time
from http import HTTPMethod

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Metrics

UNMATCHED = "unmatched"  # no route: the address itself could say anything
LEFT = 499  # the client went before a reply began
_METHODS = frozenset(HTTPMethod)
_log = logging.getLogger("fundstelle.requests")


class Observed:
    """Count and log requests by their route's template."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = LEFT
        began = time.perf_counter()

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        finally:
            seconds = time.perf_counter() - began
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = str(getattr(scope.get("route"), "path", UNMATCHED))
            metrics: Metrics = scope["app"].state.metrics
            metrics.request(method, route, status, seconds)
            if _log.isEnabledFor(logging.INFO):
                noted = {"method": method, "route": route, "status": status}
                _log.info("request", extra={**noted, **_who(scope), "ms": round(1000 * seconds, 1)})


def _who(scope: Scope) -> dict[str, str]:
    """The request's id, and the name of the key that it came with, if any."""
    state = scope.get("state", {})
    caller = state.get("caller")  # who was let in, see `api.gate`
    key = caller.name if getattr(caller, "by_key", False) else None
    named = {"request_id": state.get("request_id"), "key": key}
    return {name: str(value) for name, value in named.items() if value}
