"""Indexing over HTTP: start a run, watch it, at whichever process of the service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from api.job_store import Job
from api.jobs import Jobs
from api.problems import documented
from api.routes.needs import JobQueue, Root, reply, this_machine_only
from indexer.errors import DataUnavailable

HEARTBEAT_S = 15.0  # below the idle timeout of common proxies

router = APIRouter(prefix="/v1", tags=["indexing"])
JobId = Annotated[str, Path(examples=["0f3c9a51e2b84d67"])]
ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {
        "headers": {"Location": {"description": "Where the job is.", "schema": {"type": "string"}}}
    }
}
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The job, as a server-sent event, now and whenever it changes.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.post(
    "/index",
    status_code=202,
    response_model=Job,
    responses={**ACCEPTED, **documented(403, 503)},
    dependencies=[Depends(this_machine_only)],
)
async def index(jobs: JobQueue, root: Root) -> Response:
    """Bring the index up to date with its folders; whoever asks meanwhile shares the next run."""
    return await accepted(jobs, root)


@router.get("/jobs/{job_id}", response_model=Job, responses=documented(404, 422, 503))
async def job(job_id: JobId, jobs: JobQueue) -> Response:
    """Tell how far a run is; what it published is in force when it is `done`."""
    return reply(await _find(jobs, job_id))


@router.get(
    "/jobs/{job_id}/events",
    response_class=StreamingResponse,
    responses={**_EVENTS, **documented(404, 422, 503)},
)
async def events(job_id: JobId, jobs: JobQueue) -> Response:
    """Send the job whenever it changes, until it has ended."""
    await _find(jobs, job_id)
    return StreamingResponse(
        _stream(jobs, job_id),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def accepted(jobs: Jobs, root: str) -> Response:
    """Ask for a run and say where its job is."""
    job = await jobs.submit()
    return reply(job, 202, {"Location": f"{root}/v1/jobs/{job.id}"})


async def _find(jobs: Jobs, job_id: str) -> Job:
    try:
        return await jobs.get(job_id)
    except KeyError:
        raise HTTPException(404, "No job has this id.") from None


async def _stream(jobs: Jobs, job_id: str) -> AsyncIterator[bytes]:
    with suppress(DataUnavailable, KeyError):  # the stream ends; who asks again is told why
        async for job in jobs.changes(job_id, HEARTBEAT_S):
            yield b": waiting\n\n" if job is None else b"data: " + to_json(job) + b"\n\n"
