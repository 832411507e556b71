"""Indexing over HTTP: start a run, watch it, at whichever process of the service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from api import key_store
from api.job_store import Job
from api.jobs import Jobs
from api.limits import STREAMS_AT_ONCE, Streams
from api.problems import RETRY_AFTER_S, documented, problem, respond
from api.routes import document_examples
from api.routes.access import caller_of, is_still_let_in, may_write, record
from api.routes.examples import shown
from api.routes.needs import JobQueue, Root, reply
from indexer.errors import DataUnavailable

HEARTBEAT_S = 15.0  # below the idle timeout of common proxies

router = APIRouter(prefix="/v1", tags=["indexing"], dependencies=[Depends(may_write)])
JobId = Annotated[str, Path(examples=[document_examples.JOB_ID])]
ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {
        **shown(document_examples.QUEUED, 202)[202],
        "headers": {"Location": {"description": "Where the job is.", "schema": {"type": "string"}}},
    }
}
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The job, as a server-sent event, now and whenever it changes.",
        "content": {
            "text/event-stream": {
                "schema": {
                    "type": "object",
                    "properties": {"data": {"type": "string", "description": "The job as JSON."}},
                    "required": ["data"],
                }
            }
        },
    }
}


@router.post(
    "/index",
    status_code=202,
    response_model=Job,
    responses={**ACCEPTED, **documented(503)},
)
async def index(request: Request, jobs: JobQueue, root: Root) -> Response:
    """Bring the index up to date with its folders; whoever asks meanwhile shares the next run."""
    await record(request, "index")
    return await accepted(jobs, root)


@router.get(
    "/jobs/{job_id}",
    response_model=Job,
    responses={**shown(document_examples.JOB), **documented(404, 422, 503)},
)
async def job(job_id: JobId, jobs: JobQueue) -> Response:
    """Tell how far a run is; what it published is in force when it is `done`."""
    return reply(await _find(jobs, job_id))


@router.get(
    "/jobs/{job_id}/events",
    response_class=StreamingResponse,
    responses={**_EVENTS, **documented(404, 422, 503)},
)
async def events(request: Request, job_id: JobId, jobs: JobQueue) -> Response:
    """Send the job whenever it changes, until it has ended."""
    await _find(jobs, job_id)
    return _Events(
        request.app.state.streams,
        (await caller_of(request)).counted_as,
        _stream(request, jobs, job_id),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


class _Events(StreamingResponse):
    """A stream that counts as open as long as it is sent; 429 where too many are."""

    def __init__(
        self, streams: Streams, who: str, events: AsyncIterator[bytes], **given: Any
    ) -> None:
        super().__init__(events, **given)
        self._streams = streams
        self._who = who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._streams.enter(self._who):
            said = f"{STREAMS_AT_ONCE} streams of events are open already."
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            await respond(problem(429, scope, said), headers)(scope, receive, send)
            return
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._streams.leave(self._who)


async def accepted(jobs: Jobs, root: str) -> Response:
    """Ask for a run and say where its job is."""
    job = await jobs.submit()
    return reply(job, 202, {"Location": f"{root}/v1/jobs/{job.id}"})


async def _find(jobs: Jobs, job_id: str) -> Job:
    try:
        return await jobs.get(job_id)
    except KeyError:
        raise HTTPException(404, "No job has this id.") from None


async def _stream(request: Request, jobs: Jobs, job_id: str) -> AsyncIterator[bytes]:
    with suppress(DataUnavailable, KeyError):  # the stream ends; who asks again is told why
        async for job in jobs.changes(job_id, HEARTBEAT_S):
            if not await is_still_let_in(request, key_store.Scope.WRITE):
                return
            yield b": waiting\n\n" if job is None else b"data: " + to_json(job) + b"\n\n"
