"""`/mcp`: the Model Context Protocol over HTTP, behind the same door as asking."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.mcp_tools import Desk
from api.routes.access import GatedRoute, may_ask
from api.routes.needs import Host, Questions, Root, json_only

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

# Its messages are described by the protocol itself, not by OpenAPI.
router = APIRouter(include_in_schema=False, route_class=GatedRoute)


class _Handled(Response):
    """What another application replies to a body that has been read."""

    def __init__(self, app: ASGIApp, body: bytes) -> None:
        super().__init__()
        self._app = app
        self._unread: list[Message] = [{"type": "http.request", "body": body}]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def received() -> Message:
            return self._unread.pop() if self._unread else await receive()

        await self._app(scope, received, send)


@router.post("/mcp", dependencies=[Depends(may_ask), Depends(json_only)])
async def mcp(request: Request, host: Host, asked: Questions, root: Root) -> Response:
    """Take one message and reply to it; nothing is kept between two, so any process may answer."""
    body = await request.body()  # here: the SDK makes a bug of one that is cut off
    manager = await request.app.state.assistants.manager()
    request.state.desk = Desk(host, asked, root)  # what this request may see: it passed the door
    return _Handled(manager.handle_request, body)


class Assistants:
    """One per app, on its event loop.

    The SDK takes 24 MiB and a while to import: that waits for the first assistant.
    """

    def __init__(self) -> None:
        """Prepare; `serve` does the rest."""
        self._serving = False
        self._wanted = asyncio.Event()
        self._ready = asyncio.Event()
        self._manager: StreamableHTTPSessionManager | None = None

    async def serve(self) -> None:
        """Be there for assistants until cancelled."""
        self._serving = True
        try:
            await self._wanted.wait()
            self._manager = await run_sync(_manager)
            async with self._manager.run():
                self._ready.set()
                await asyncio.Event().wait()  # for ever
        finally:
            self._serving = False
            self._ready.set()  # whoever waits is told

    async def manager(self) -> StreamableHTTPSessionManager:
        """What handles messages; raises HTTPException where the app is not running."""
        self._wanted.set()
        if self._serving:
            await self._ready.wait()
        if self._manager is None or not self._serving:
            raise HTTPException(503)
        return self._manager


def _manager() -> StreamableHTTPSessionManager:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from api.mcp_server import mcp_server

    return StreamableHTTPSessionManager(mcp_server(_desk), json_response=True, stateless=True)


def _desk(request: Request) -> Desk:
    desk: Desk = request.state.desk
    return desk
