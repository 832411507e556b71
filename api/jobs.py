"""Indexing jobs: one at a time, each in a process of its own, so that answering never waits."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

from indexer.errors import FundstelleError
from indexer.settings import Settings

WAIT_S = 600  # for another process that writes the same index
MAX_JOBS = 100  # kept in memory
MAX_REASON_CHARS = 2_000
STOP_WITHIN_S = 5.0
_CHUNK_BYTES = 1 << 16
_log = logging.getLogger("fundstelle")


@dataclass(frozen=True, slots=True)
class JobError:
    """A file that did not become a document, or why the whole run failed."""

    path: str | None  # None: no single file is the reason
    reason: str


@dataclass(frozen=True, slots=True)
class Job:
    """One run of the indexer."""

    id: str
    kind: Literal["index"] = "index"
    state: Literal["queued", "running", "done", "failed"] = "queued"
    stage: str | None = None  # what `done` and `total` count at the moment
    done: int = 0
    total: int = 0
    errors: tuple[JobError, ...] = ()
    generation: int | None = None  # in force since the job is done

    @property
    def ended(self) -> bool:
        """Whether it will not change any more."""
        return self.state in {"done", "failed"}


def index_command(settings: Settings) -> list[str]:
    """Run the indexer on the same folders and index as this process serves."""
    corpus = [part for folder in settings.corpus for part in ("--corpus", str(folder))]
    command = [sys.executable, "-P", "-m", "indexer", "index", "--index", str(settings.index)]
    return [*command, *corpus, "--wait", str(WAIT_S), "--json", "--progress", "json"]


class Jobs:
    """Runs jobs in the order they were asked for; lives on one event loop."""

    def __init__(self, command: Sequence[str], published: Callable[[], Awaitable[None]]) -> None:
        """`published` brings a new generation into force; a job is done only behind it."""
        self._command = tuple(command)
        self._published = published
        self._jobs: dict[str, Job] = {}
        self._changed = asyncio.Event()

    def submit(self) -> Job:
        """Ask for a run; whoever asks before it begins shares it."""
        for job in self._jobs.values():
            if job.state == "queued":
                return job
        job = Job(secrets.token_hex(8))
        self._set(job)
        ended = [job.id for job in self._jobs.values() if job.ended]
        for old in ended[: max(0, len(self._jobs) - MAX_JOBS)]:
            del self._jobs[old]
        return job

    def get(self, job_id: str) -> Job:
        """Raises KeyError."""
        return self._jobs[job_id]

    async def changes(self, job_id: str, heartbeat_s: float) -> AsyncIterator[Job | None]:
        """Yield the job now and at each change until it ends, and None where nothing changes.

        Raises:
            KeyError: if there is no such job.
        """
        seen: Job | None = None
        while True:
            changed = self._changed
            job = self._jobs[job_id]
            if job != seen:
                seen = job
                yield job
                if job.ended:
                    return
                continue
            try:
                await asyncio.wait_for(changed.wait(), heartbeat_s)
            except TimeoutError:
                yield None

    async def work(self) -> None:
        """Run what is queued, one after the other; on cancellation the run is stopped cleanly."""
        while True:
            changed = self._changed
            queued = [job for job in self._jobs.values() if job.state == "queued"]
            if not queued:
                await changed.wait()
                continue
            job = replace(queued[0], state="running")
            self._set(job)
            try:
                self._set(await self._run(job))
            except asyncio.CancelledError:
                self._set(_failed(self._jobs[job.id], "the service was stopped"))
                raise
            except Exception as error:  # a job that fails must not end the queue
                _log.error("job %s failed", job.id, exc_info=error)
                self._set(_failed(self._jobs[job.id], "the indexer could not be run"))

    def _set(self, job: Job) -> None:
        self._jobs[job.id] = job
        self._changed.set()
        self._changed = asyncio.Event()

    async def _run(self, job: Job) -> Job:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # so that its own children can be stopped with it
        )
        try:
            output, said = await asyncio.gather(
                _read_all(process.stdout), self._follow(job.id, process.stderr)
            )
            code = await process.wait()
        finally:
            await _stop(process)
        job = self._jobs[job.id]
        if code != 0:
            return _failed(job, said or f"the indexer ended with exit code {code}")
        summary: dict[str, Any] = json.loads(output)
        job = replace(
            job, errors=tuple(JobError(note["path"], note["reason"]) for note in summary["failed"])
        )
        try:
            await self._published()
        except FundstelleError as error:
            return _failed(job, f"published, but not in force: {error}")
        return replace(job, state="done", generation=summary["generation"])

    async def _follow(self, job_id: str, stream: asyncio.StreamReader | None) -> str:
        """Take over progress; return the last line that is none: what went wrong, if anything."""
        said = ""
        async for line in _lines(stream):
            try:
                progress = json.loads(line)
                stage, done, total = (progress[name] for name in ("stage", "done", "total"))
                job = replace(
                    self._jobs[job_id], stage=str(stage), done=int(done), total=int(total)
                )
            except (ValueError, TypeError, KeyError):
                said = line.strip()[:MAX_REASON_CHARS] or said
            else:
                self._set(job)
        return said


def _failed(job: Job, reason: str) -> Job:
    return replace(job, state="failed", errors=(*job.errors, JobError(None, reason)))


async def _read_all(stream: asyncio.StreamReader | None) -> bytes:
    return await stream.read() if stream is not None else b""


async def _lines(stream: asyncio.StreamReader | None) -> AsyncIterator[str]:
    """Split by hand: the stream's own reader gives up on lines above its limit."""
    rest = b""
    while stream is not None and (chunk := await stream.read(_CHUNK_BYTES)):
        *lines, rest = (rest + chunk).split(b"\n")
        rest = rest[-_CHUNK_BYTES:]
        for line in lines:
            yield line.decode("utf-8", "replace")
    if rest:
        yield rest.decode("utf-8", "replace")


async def _stop(process: asyncio.subprocess.Process) -> None:
    """End the process and its children, first politely; nothing happens if it has ended."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), STOP_WITHIN_S)
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
