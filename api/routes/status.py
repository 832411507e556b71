"""What those who may write need: the last run, and the id that a file would get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Body, Depends
from pydantic import Field, StringConstraints
from starlette.responses import Response

from api.answers import IndexState
from api.last_run import LastRun, read_last_run
from api.problems import documented
from api.routes import document_examples
from api.routes.access import GatedRoute, may_write
from api.routes.examples import shown
from api.routes.host import EngineHost
from api.routes.needs import Host, json_only, reply
from api.routes.writing import holder
from api.wire import Request
from indexer.reading.ids import doc_id_from_path

router = APIRouter(
    prefix="/v1", tags=["operation"], dependencies=[Depends(may_write)], route_class=GatedRoute
)
_NAME_CHARACTERS = 1_024  # of a path; no file system takes longer names


@dataclass(frozen=True, slots=True)
class Status:
    """What is published, and what the last run did, published or not."""

    index: IndexState
    last_run: LastRun | None


Name = Annotated[str, StringConstraints(min_length=1, max_length=_NAME_CHARACTERS)]


class NamesRequest(Request):
    """Names of files, or paths below a folder, with their endings."""

    names: list[Name] = Field(
        min_length=1, max_length=100, examples=[["Gebührensatzung 2023.pdf", "Presse/Messe.md"]]
    )


@dataclass(frozen=True, slots=True)
class Proposal:
    """The id that a file gets by its name."""

    name: str
    doc_id: str
    taken: Literal["upload", "folder"] | None  # by what; only an upload can be replaced


@dataclass(frozen=True, slots=True)
class Proposals:
    """One for each name, in order."""

    proposals: tuple[Proposal, ...]


@router.get(
    "/status",
    response_model=Status,
    responses={**shown(document_examples.STATUS), **documented(503)},
)
async def status(host: Host) -> Response:
    """Tell what the last run did, with every file that failed or was passed over, and why.

    This names files, and counts documents that are not to be seen yet: never for the public.
    """
    state = host.engine.state
    return reply(Status(state, await run_sync(read_last_run, host.settings.index)))


@router.post(
    "/doc-ids",
    response_model=Proposals,
    responses={**shown(document_examples.PROPOSALS), **documented(400, 415, 422, 503)},
    dependencies=[Depends(json_only)],
)
async def doc_ids(
    given: Annotated[NamesRequest, Body(openapi_examples=document_examples.NAMES)], host: Host
) -> Response:
    """Propose ids for files that are to be uploaded, and say which of them are taken."""

    def propose() -> Proposals:
        return Proposals(tuple(_proposal(host, name) for name in given.names))

    return reply(await run_sync(propose))


def _proposal(host: EngineHost, name: str) -> Proposal:
    doc_id = doc_id_from_path(name)
    return Proposal(name, doc_id, holder(host, doc_id))
