"""Jobs as every process of the service sees them; they outlive each of these processes."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from api.shared_state import Execute, SharedState

KEPT_JOBS = 100  # that have ended
State = Literal["queued", "running", "done", "failed"]
_JOBS = "SELECT id, kind, state, stage, done, total, errors, generation FROM jobs"


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
    state: State = "queued"
    stage: str | None = None  # what `done` and `total` count at the moment
    done: int = 0
    total: int = 0
    errors: tuple[JobError, ...] = ()
    generation: int | None = None  # in force since the job is done

    @property
    def ended(self) -> bool:
        """Whether it will not change any more."""
        return self.state in {"done", "failed"}


class JobStore:
    """All calls are atomic, may block, and raise DataUnavailable."""

    def __init__(self, state: SharedState) -> None:
        self._state = state

    def submit(self) -> Job:
        """Return the queued job, a new one if there is none, and forget the oldest ended ones."""
        with self._state.writing() as execute:
            execute(
                "INSERT INTO jobs (id, kind, state) VALUES (?, 'index', 'queued') "
                "ON CONFLICT (kind) WHERE state = 'queued' DO NOTHING",
                (secrets.token_hex(8),),
            )
            execute(
                "DELETE FROM jobs WHERE number IN (SELECT number FROM jobs "
                "WHERE state IN ('done', 'failed') ORDER BY number DESC LIMIT -1 OFFSET ?)",
                (KEPT_JOBS,),
            )
            [row] = execute(_JOBS + " WHERE state = 'queued'", ())
        return _job(row)

    def get(self, job_id: str) -> Job:
        """Raises KeyError."""
        rows = self._state.read(_JOBS + " WHERE id = ?", (job_id,))
        if not rows:
            raise KeyError(job_id)
        return _job(rows[0])

    def begin(self, published: str | None) -> Job | None:
        """Let the queued job run and return it; None if there is none. Only for who runs the queue.

        Args:
            published: name of the generation that is published now.
        """
        queued = self._state.read(_JOBS + " WHERE state = 'queued'")
        if not queued:
            return None
        job = replace(_job(queued[0]), state="running")
        with self._state.writing() as execute:
            execute(
                "UPDATE jobs SET state = 'running', published_before = ? WHERE id = ?",
                (published, job.id),
            )
        return job

    def give_back(self, job: Job) -> None:
        """Queue a job again that began and was not run, unless another one was queued since."""
        with self._state.writing() as execute:
            execute(
                "UPDATE jobs SET state = 'queued' WHERE id = ? AND state = 'running' "
                "AND NOT EXISTS (SELECT 1 FROM jobs WHERE state = 'queued')",
                (job.id,),
            )

    def progress(self, job_id: str, stage: str, done: int, total: int) -> None:
        """Say how far a running job is."""
        # Tells of a run that ends with the power anyway: no fsync for every batch of passages.
        with self._state.writing(durable=False) as execute:
            execute(
                "UPDATE jobs SET stage = ?, done = ?, total = ? WHERE id = ? AND state = 'running'",
                (stage, done, total, job_id),
            )

    def end(self, job: Job) -> None:
        """Record state, errors and generation of a job that ran."""
        with self._state.writing() as execute:
            _end(execute, job.id, job.state, job.errors, job.generation)

    def cut_off(self, published: str | None) -> None:
        """Mark what is still said to run as failed; only for who knows that nothing does any more.

        Args:
            published: name of the generation that is published now.
        """
        if not self._state.read("SELECT 1 FROM jobs WHERE state = 'running'"):
            return
        with self._state.writing() as execute:
            running = execute("SELECT id, published_before FROM jobs WHERE state = 'running'", ())
            for job_id, before in running:
                reason = JobError(None, _cut_off(before, published))
                _end(execute, job_id, "failed", (reason,), None)


def _cut_off(before: str | None, now: str | None) -> str:
    """Say what a run left that nobody saw the end of.

    Whether a generation that appeared meanwhile is its own cannot be known: `fundstelle index` may
    have published one, too.
    """
    if now == before:
        left = "the index is as before, and the next run does what it left undone"
    else:
        left = f"generation {_number(now)} is published now, {_number(before)} was when it began"
    return f"the service was stopped while it ran; {left}"


def _number(name: str | None) -> str:
    return "none" if name is None else name.lstrip("0")


def _end(
    execute: Execute, job_id: str, state: State, errors: tuple[JobError, ...], number: int | None
) -> None:
    plain = json.dumps([[error.path, error.reason] for error in errors], ensure_ascii=False)
    execute(
        "UPDATE jobs SET state = ?, errors = ?, generation = ? WHERE id = ? AND state = 'running'",
        (state, plain, number, job_id),
    )


def _job(row: Any) -> Job:
    job_id, kind, state, stage, done, total, errors, generation = row
    return Job(
        id=job_id,
        kind=kind,
        state=cast(State, state),
        stage=stage,
        done=done,
        total=total,
        errors=tuple(JobError(path, reason) for path, reason in json.loads(errors)),
        generation=generation,
    )
