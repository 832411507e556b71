"""Operation: is it alive, is it ready."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter
from starlette.responses import Response

from api.answers import IndexState
from api.problems import documented
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
