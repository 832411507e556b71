"""Indexing jobs: asked for and seen at any process of the service, run by one, one at a time."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from anyio.to_thread import run_sync

from api.indexer_process import index_command, run
from api.job_store import Job, JobError, JobStore
from api.queue_lock import QueueLock
from api.shared_state import SharedState
from indexer.errors import DataUnavailable, FundstelleError
from indexer.manifest import current_name
from indexer.settings import Settings

# Between two looks at what other processes did: a question of microseconds to SQLite.
LOOK_EVERY_S = 0.25
RETRY_S = 5.0  # where the data folder cannot be written, perhaps only for a while
_log = logging.getLogger("fundstelle")


class Jobs:
    """One per process; everything but the constructor runs on its event loop."""

    def __init__(
        self,
        settings: Settings,
        state: SharedState,
        published: Callable[[], Awaitable[None]],
        command: Sequence[str] | None = None,
    ) -> None:
        """Prepare; `work` and `watch` do the rest.

        Args:
            published: brings a new generation into force here; a job is done only behind it.
            command: runs the indexer; None: on the folders and the index of the settings.
        """
        self._settings = settings
        self._state = state
        self._published = published
        self._command = tuple(command or index_command(settings))
        self._store = JobStore(state)
        self._queue = QueueLock(settings.service.with_suffix(".lock"))
        self._changed = asyncio.Event()
        self._leaving = False
        self._in_force = 0  # the newest generation that was brought into force for a job

    async def submit(self) -> Job:
        """Ask for a run; whoever asks before it begins shares it.

        Raises:
            DataUnavailable: if the data folder cannot be written.
        """
        job = await run_sync(self._store.submit)
        self._wake()
        return job

    async def get(self, job_id: str) -> Job:
        """What is known of a job; what a job that is done has published is in force here, too.

        Raises:
            KeyError: if there is no such job, or no longer.
            DataUnavailable: if the data folder cannot be read.
        """
        job = await run_sync(self._store.get, job_id)
        if job.generation is not None and job.generation > self._in_force:
            with suppress(FundstelleError):  # whoever watches the index says so
                await self._published()
            self._in_force = max(self._in_force, job.generation)
        return job

    async def changes(self, job_id: str, heartbeat_s: float) -> AsyncIterator[Job | None]:
        """Yield the job now and at each change, and None where nothing changes.

        It ends with the job, or when this process leaves.

        Raises:
            KeyError, DataUnavailable: as `get` does.
        """
        seen: Job | None = None
        loop = asyncio.get_running_loop()
        quiet_until = loop.time() + heartbeat_s
        while not self._leaving:
            changed = self._changed
            job = await self.get(job_id)
            if job != seen:
                seen = job
                yield job
                if job.ended:
                    return
                quiet_until = loop.time() + heartbeat_s
                continue
            # Other processes write about other things, too: not every change is one of this job.
            try:
                async with asyncio.timeout_at(quiet_until):
                    await changed.wait()
            except TimeoutError:
                yield None
                quiet_until = loop.time() + heartbeat_s

    def leave(self) -> None:
        """Let everybody go who follows a job here: this process is about to end."""
        self._leaving = True
        self._wake()

    async def watch(self) -> None:
        """Notice what other processes write; runs until cancelled."""
        seen = 0
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            with suppress(DataUnavailable):  # whoever asks for a job is told
                version = await run_sync(self._state.version)
                if version != seen:
                    seen = version
                    self._wake()

    async def work(self) -> None:
        """Run what is queued, one after the other, while no other process of the service does.

        Runs until cancelled; a run in progress is then stopped cleanly.
        """
        said = ""
        while True:
            pause = LOOK_EVERY_S
            try:
                if self._state.is_there() and self._queue.take():
                    await self._run_queue()
            except Exception as error:  # whatever it is, the queue goes on when it has passed
                foreseen = isinstance(error, FundstelleError)
                if str(error) != said:
                    _log.warning("jobs wait: %s", error, exc_info=None if foreseen else error)
                said, pause = str(error), RETRY_S
            finally:
                self._queue.release()
            await asyncio.sleep(pause)

    async def _run_queue(self) -> None:
        # The lock is ours: whoever ran a job that is still said to run has ended, its indexer too.
        await run_sync(self._store.cut_off, self._generation())
        self._wake()
        while True:
            changed = self._changed
            job = await self._begun()
            if job is None:
                await changed.wait()
                continue
            self._wake()
            try:
                await self._end(await self._outcome(job))
            except asyncio.CancelledError:
                with suppress(FundstelleError):  # else whoever runs the queue next says so
                    await run_sync(self._store.cut_off, self._generation())
                self._wake()
                raise

    async def _begun(self) -> Job | None:
        """Begin the next job; where this is cancelled none is left that nobody runs."""
        beginning = asyncio.ensure_future(run_sync(self._store.begin, self._generation()))
        try:
            return await asyncio.shield(beginning)
        except asyncio.CancelledError:
            with suppress(FundstelleError):
                job = await beginning  # its thread goes on in any case
                if job is not None:
                    await run_sync(self._store.give_back, job)
            raise

    async def _outcome(self, job: Job) -> Job:
        async def progress(stage: str, done: int, total: int) -> None:
            with suppress(DataUnavailable):  # the run itself goes on
                await run_sync(self._store.progress, job.id, stage, done, total)
            self._wake()

        try:
            ended = await run(self._command, progress, self._queue.descriptor)
            if ended.code != 0:
                reason = ended.said or f"the indexer ended with exit code {ended.code}"
                return _failed(job, reason)
            summary: dict[str, Any] = json.loads(ended.output)
            failed = [JobError(note["path"], note["reason"]) for note in summary["failed"]]
            job = replace(job, errors=tuple(failed))
            await self._published()
            self._in_force = max(self._in_force, summary["generation"])
            return replace(job, state="done", generation=summary["generation"])
        except FundstelleError as error:
            return _failed(job, f"published, but not in force: {error}")
        except Exception as error:  # a job that fails must not end the queue
            _log.error("job %s failed", job.id, exc_info=error)
            return _failed(job, "the indexer could not be run")

    async def _end(self, job: Job) -> None:
        """Record how a job ended, as soon as possible; until then, no other can begin either."""
        while True:
            try:
                await run_sync(self._store.end, job)
            except DataUnavailable as error:
                _log.warning("the end of job %s cannot be recorded yet: %s", job.id, error)
                await asyncio.sleep(RETRY_S)
            else:
                self._wake()
                return

    def _generation(self) -> str | None:
        return current_name(self._settings.index)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _failed(job: Job, reason: str) -> Job:
    return replace(job, state="failed", errors=(*job.errors, JobError(None, reason)))
