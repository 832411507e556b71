"""Operation: is it alive, is it ready, what has it done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.answers import IndexState
from api.metrics_text import exposed
from api.problems import documented
from api.routes.access import may_administer
from api.routes.needs import Host, reply

router = APIRouter(tags=["operation"])


@dataclass(frozen=True, slots=True)
class Alive:
    """The process answers."""

    status: Literal["ok"] = "ok"


@dataclass(frozen=True, slots=True)
class Ready:
    """A generation is loaded."""

    index: IndexState
    status: Literal["ready"] = "ready"


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", response_model=Alive)
async def healthz() -> Response:
    """Tell whether the process answers."""
    return reply(Alive())


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", response_model=Ready, responses=documented(503))
async def readyz(host: Host) -> Response:
    """Tell whether questions can be answered: 503 until a generation is loaded."""
    return reply(Ready(host.engine.state))


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses=documented(403),
    dependencies=[Depends(may_administer)],
)
async def metrics(request: Request, host: Host) -> Response:
    """Tell what was counted, of all processes of the service, as Prometheus reads it."""
    accept = request.headers.get("accept", "")
    counted = request.app.state.metrics
    body, content_type = await run_sync(exposed, counted, host.loaded, host.settings.index, accept)
    return Response(body, media_type=content_type)
