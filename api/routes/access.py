"""Who may do what: the dependencies by which a route names the scope that it needs."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Annotated, Any, TypeVar, cast

from anyio.to_thread import run_sync
from fastapi import Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.addresses import hostname, is_loopback, is_named
from api.gate import Caller, Gate, Refused, Seen
from api.key_store import Scope
from indexer.errors import DataUnavailable

_FORWARDING = {"forwarded", "via", "x-real-ip"}
_READING = {"GET", "HEAD"}
T = TypeVar("T")
# Only for the description: what a key opens is decided below.
_bearer = HTTPBearer(
    auto_error=False, scheme_name="key", description="Made by `fundstelle keys create`."
)


class NotAllowed(HTTPException):
    """Nobody is let in by this request: 401, 403 or 429, with what would help."""


async def may_ask(
    request: Request, _: Annotated[object, Security(_bearer, scopes=["ask"])] = None
) -> None:
    """Asking and reading."""
    await admit(request, Scope.ASK)


async def may_write(
    request: Request, _: Annotated[object, Security(_bearer, scopes=["write"])] = None
) -> None:
    """Adding, replacing and removing documents, indexing, and watching that."""
    await admit(request, Scope.WRITE)


async def may_administer(
    request: Request, _: Annotated[object, Security(_bearer, scopes=["admin"])] = None
) -> None:
    """Seeing what others did: questions, metrics."""
    await admit(request, Scope.ADMIN)


NEEDED: dict[object, Scope] = {
    may_ask: Scope.ASK,
    may_write: Scope.WRITE,
    may_administer: Scope.ADMIN,
}


class GatedRoute(APIRoute):
    """Lets nobody in before the body is read: the framework would store it first."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Ask for the scope of the route's dependencies, and only then for what is sent."""
        handle = super().get_route_handler()
        needed = [NEEDED[d.dependency] for d in self.dependencies if d.dependency in NEEDED]

        async def gated(request: Request) -> Response:
            for scope in needed:
                await admit(request, scope)
            try:
                return await handle(request)
            except HTTPException as error:
                if isinstance(error.__cause__, OSError):  # the framework takes all for a bad form
                    raise DataUnavailable(
                        f"what was sent cannot be stored: {error.__cause__}"
                    ) from error
                raise

        return gated


async def admit(request: Request, needed: Scope) -> Caller:
    """Let a request in and count it, once; raises NotAllowed, KeysUnavailable."""
    state = request.state
    known: Caller | None = getattr(state, "caller", None)
    counted: bool = getattr(state, "counted", False)
    if known is not None and counted and known.scope is not None and known.scope >= needed:
        return known
    reading = needed is not Scope.WRITE or request.method in _READING

    def admitted() -> Caller:
        caller, gate = _caller(request), _gate(request)
        gate.check(caller, needed)
        if not counted:
            gate.count(caller, "ask" if reading else "write")
        return caller

    caller = await _beside(admitted)
    state.counted = True
    return caller


async def caller_of(request: Request) -> Caller:
    """Tell who asks, on any route; raises NotAllowed for a key that opens nothing."""
    known: Caller | None = getattr(request.state, "caller", None)
    return await _beside(partial(_caller, request)) if known is None else known


async def is_still_let_in(request: Request, needed: Scope) -> bool:
    """Whether a request that goes on for long would be let in now: keys are revoked meanwhile."""
    gate = _gate(request)
    try:
        await run_sync(lambda: gate.check(gate.caller(_seen(request)), needed))
    except (Refused, DataUnavailable):
        return False
    return True


async def scope_of(request: Request) -> Scope | None:
    """The most that a request may do, None: nothing; raises NotAllowed, KeysUnavailable."""
    return (await caller_of(request)).scope


def sees_embargoed(request: Request) -> bool:
    """Whether documents exist for it before their embargo ends.

    Only behind `admit` (the routes' dependencies) or `scope_of`. What comes from this machine
    without a key may write, but sees none: it may come through a proxy that does not say so.
    """
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None or caller.scope is None or not caller.by_key:
        return False
    return caller.scope >= Scope.WRITE


async def count_more(request: Request, asks: int) -> None:
    """Count what one request holds beyond itself: the questions of a batch behind the first."""
    if not asks:
        return
    caller = await caller_of(request)
    await _beside(partial(_gate(request).count, caller, "ask", asks))


async def record(request: Request, action: str, **about: str | None) -> None:
    """Write a change to the audit log before it is made; raises DataUnavailable."""
    caller = await caller_of(request)
    request_id = getattr(request.state, "request_id", None)
    write = _gate(request).audit.write
    await run_sync(lambda: write(action, caller.name, **about, request_id=request_id))


def _gate(request: Request) -> Gate:
    return cast(Gate, request.app.state.gate)


def _seen(request: Request) -> Seen:
    """Where a request comes from.

    An address alone proves nothing behind a proxy on the same machine, and a page from elsewhere
    can make a local browser send requests or rebind its name to this address.
    """
    headers = request.headers
    host, origin = headers.get("host", ""), headers.get("origin")
    address = request.client.host if request.client else ""
    local_name = is_loopback(hostname(host))
    forwarded = getattr(request.state, "by_proxy", False) or any(
        name in _FORWARDING or name.startswith("x-forwarded-") for name in headers
    )
    return Seen(
        authorization=headers.get("authorization"),
        address=address,
        here=is_loopback(address)
        and (local_name or is_named(host, request.app.state.host.settings.allowed_hosts)),
        alone=is_loopback(address)
        and local_name
        and not forwarded
        # Programs and browsers speak 1.1; nginx long asked as 1.0 by default, and says no more.
        and request.scope.get("http_version") != "1.0"
        and origin in {None, f"{request.url.scheme}://{host}"},
    )


def _caller(request: Request) -> Caller:
    """Ask the gate once for each request: a wrong key is noted once, too."""
    state = request.state
    if (refused := getattr(state, "wrong_key", None)) is not None:
        raise cast(Refused, refused)
    if getattr(state, "caller", None) is None:
        try:
            state.caller = _gate(request).caller(_seen(request))
        except Refused as error:
            state.wrong_key = error
            raise
    return cast(Caller, state.caller)


async def _beside(ask: Callable[[], T]) -> T:
    """Ask the gate beside the event loop: it may have to wait for the disk."""
    try:
        return await run_sync(ask)
    except Refused as error:
        headers = {}
        if error.status == 401 or error.challenge:
            headers["WWW-Authenticate"] = f"Bearer {error.challenge}".strip()
        if error.retry_after:
            headers["Retry-After"] = str(error.retry_after)
        raise NotAllowed(error.status, error.detail, headers) from None
