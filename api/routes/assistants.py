"""`/mcp`: the Model Context Protocol over HTTP, behind the same door as asking."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from fastapi import APIRouter, Depends
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.mcp_server import mcp_server
from api.mcp_tools import Desk
from api.routes.access import GatedRoute, may_ask
from api.routes.needs import Host, Questions, Root, json_only

# Its messages are described by the protocol itself, not by OpenAPI.
router = APIRouter(include_in_schema=False, route_class=GatedRoute)


class _Handled(Response):
    """What another application replies."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__()
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


@router.post("/mcp", dependencies=[Depends(may_ask), Depends(json_only)])
async def mcp(request: Request, host: Host, asked: Questions, root: Root) -> Response:
    """Take one message and reply to it; nothing is kept between two, so any process may answer."""
    request.state.desk = Desk(host, asked, root)  # what this request may see: it passed the door
    return _Handled(request.app.state.assistants.handle_request)


class Assistants:
    """One per app."""

    def __init__(self) -> None:
        """Prepare; `serving` does the rest."""
        self._manager: StreamableHTTPSessionManager | None = None

    def serving(self) -> AbstractAsyncContextManager[None]:
        """Answer as long as the context lasts."""
        self._manager = StreamableHTTPSessionManager(
            mcp_server(_desk), json_response=True, stateless=True
        )
        return self._manager.run()

    async def handle_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a message."""
        if self._manager is None:
            raise RuntimeError("asked before the app was started")
        await self._manager.handle_request(scope, receive, send)


def _desk(request: Request) -> Desk:
    desk: Desk = request.state.desk
    return desk
