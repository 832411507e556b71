"""Jobs of several processes: seen by all, run by one, and what remains when that one is killed.

The other process is real; its indexer is a few lines of Python.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from api.job_store import Job, JobError, JobStore
from api.jobs import Jobs
from api.shared_state import SharedState
from indexer.errors import DataUnavailable, IndexDamaged
from indexer.settings import Settings

ROOT = Path(__file__).parents[1]
WITHIN_S = 60.0
QUIET_S = 1.5  # several looks at the lock

# Asks for one job and runs the queue, as a server does; names the job when it has begun.
OTHER = """
import asyncio, sys
from pathlib import Path
from api.jobs import Jobs
from api.shared_state import SharedState
from indexer.settings import Settings

async def published():
    pass

async def main(index, program):
    settings = Settings(index=Path(index))
    jobs = Jobs(settings, SharedState(settings.service), published, [sys.executable, "-c", program])
    job = await jobs.submit()
    tasks = asyncio.gather(jobs.work(), jobs.watch())
    while (await jobs.get(job.id)).state == "queued":
        await asyncio.sleep(0.02)
    print(job.id, flush=True)
    await tasks

asyncio.run(main(*sys.argv[1:]))
"""
Other = Callable[[str], tuple[subprocess.Popen[str], str]]
DONE = """print('{"generation": 7, "failed": []}')"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(index=tmp_path / "index")
    settings.index.mkdir()
    (settings.index / "CURRENT").write_text("000001\n")
    return settings


@pytest.fixture
def other(settings: Settings) -> Iterator[Other]:
    """Start another process with this indexer; return it and the id of the job that it runs."""
    started: list[subprocess.Popen[str]] = []

    def start(program: str) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            [sys.executable, "-c", OTHER, str(settings.index), program],
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
        )
        started.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield start
    for process in started:
        process.kill()
        process.communicate()


async def nothing() -> None:
    """There is no engine that could take up a generation."""


@asynccontextmanager
async def here(
    settings: Settings,
    published: Callable[[], Awaitable[None]] = nothing,
    program: str = DONE,
) -> AsyncIterator[Jobs]:
    """Do in this process what a server does."""
    state = SharedState(settings.service)
    jobs = Jobs(settings, state, published, [sys.executable, "-c", program])
    tasks = [asyncio.create_task(jobs.work()), asyncio.create_task(jobs.watch())]
    try:
        async with asyncio.timeout(WITHIN_S):
            yield jobs
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        state.close()


async def until(jobs: Jobs, job_id: str, holds: Callable[[Job], bool]) -> Job:
    """The job as soon as this holds of it."""
    async for job in jobs.changes(job_id, WITHIN_S):
        if job is not None and holds(job):
            return job
    raise AssertionError("it ended, and this never held")


def test_a_run_of_another_process_is_followed_here(
    settings: Settings, other: Other, tmp_path: Path
) -> None:
    steps = [json.dumps({"stage": "embed", "done": done, "total": 2}) for done in (1, 2)]
    _, job_id = other(
        "import sys, time, pathlib\n"
        f"print({steps[0]!r}, file=sys.stderr, flush=True)\n"
        f"while not pathlib.Path({str(tmp_path / 'go')!r}).exists(): time.sleep(0.05)\n"
        f"print({steps[1]!r}, file=sys.stderr, flush=True)\n{DONE}"
    )

    async def check() -> None:
        async with here(settings) as jobs:
            await until(jobs, job_id, lambda job: job.done == 1)
            (tmp_path / "go").touch()
            last = await until(jobs, job_id, lambda job: job.ended)
            assert last == Job(job_id, "index", "done", "embed", 2, 2, (), 7)

    asyncio.run(check())


def test_what_another_process_published_is_in_force_here_before_its_job_is_seen_as_done(
    settings: Settings, other: Other
) -> None:
    _, job_id = other(DONE)
    tried = 0

    async def taken_up() -> None:
        nonlocal tried
        await asyncio.sleep(0.1)
        tried += 1

    async def damaged() -> None:
        await taken_up()
        raise IndexDamaged("what is published here cannot be read")

    async def check(published: Callable[[], Awaitable[None]], tries: int) -> None:
        async with here(settings, published) as jobs:
            assert (await until(jobs, job_id, lambda job: job.ended)).state == "done"
            assert tried == tries
            await jobs.get(job_id)
            assert tried == tries  # once for each generation, however often one looks

    asyncio.run(check(taken_up, 1))
    asyncio.run(check(damaged, 2))  # whoever watches the index says so; the job was done


def test_a_job_asked_for_here_is_run_there(settings: Settings, other: Other) -> None:
    _, first = other(DONE.replace("7", "8"))

    async def check() -> None:
        async with here(settings) as jobs:  # too late for the queue, which the other process has
            await until(jobs, first, lambda job: job.ended)
            last = await until(jobs, (await jobs.submit()).id, lambda job: job.ended)
            assert (last.state, last.generation) == ("done", 8)

    asyncio.run(check())


def test_where_the_runner_is_killed_the_next_job_is_run_here(
    settings: Settings, other: Other
) -> None:
    step = json.dumps({"stage": "read", "done": 1, "total": 2})
    process, job_id = other(
        "import sys, time\nfor _ in range(10_000):\n"
        f"    print({step!r}, file=sys.stderr, flush=True)\n    time.sleep(0.05)\n"
    )

    async def check() -> None:
        async with here(settings) as jobs:
            await until(jobs, job_id, lambda job: job.done == 1)
            waiting = await jobs.submit()
            process.kill()
            last = await until(jobs, job_id, lambda job: job.ended)
            left = "the index is as before, and the next run does what it left undone"
            reason = JobError(None, f"the service was stopped while it ran; {left}")
            assert last == Job(job_id, "index", "failed", "read", 1, 2, (reason,))
            ran = await until(jobs, waiting.id, lambda job: job.ended)
            assert (ran.state, ran.generation) == ("done", 7)

    asyncio.run(check())


def test_nothing_is_said_before_an_indexer_that_outlived_its_server_has_ended(
    settings: Settings,
    other: Other,
    tmp_path: Path,
) -> None:
    """It may still publish, and then that must be said."""
    process, job_id = other(
        "import time, pathlib\n"
        f"while not pathlib.Path({str(tmp_path / 'go')!r}).exists(): time.sleep(0.05)\n"
        f"pathlib.Path({str(settings.index / 'CURRENT')!r}).write_text('000002')\n"
    )

    async def check() -> None:
        async with here(settings) as jobs:
            assert (await jobs.get(job_id)).state == "running"
            process.kill()
            waiting = await jobs.submit()
            await asyncio.sleep(QUIET_S)
            assert (await jobs.get(job_id)).state == "running"
            assert (await jobs.get(waiting.id)).state == "queued"
            (tmp_path / "go").touch()
            last = await until(jobs, job_id, lambda job: job.ended)
            left = "generation 2 is published now, 1 was when it began"
            reason = JobError(None, f"the service was stopped while it ran; {left}")
            assert (last.state, last.errors) == ("failed", (reason,))
            assert (await until(jobs, waiting.id, lambda job: job.ended)).state == "done"

    asyncio.run(check())


def test_what_was_queued_when_all_were_killed_runs_after_the_restart(
    settings: Settings, other: Other
) -> None:
    process, job_id = other("import time; time.sleep(1)")
    state = SharedState(settings.service)
    queued = JobStore(state).submit()
    state.close()
    process.kill()
    process.wait()

    async def check() -> None:
        async with here(settings) as jobs:
            assert (await until(jobs, queued.id, lambda job: job.ended)).state == "done"
            assert (await jobs.get(job_id)).state == "failed"

    asyncio.run(check())


def test_an_end_that_cannot_be_recorded_at_once_is_recorded_later(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("api.shared_state.BUSY_S", 0.1)
    monkeypatch.setattr("api.jobs.RETRY_S", 0.1)
    go = tmp_path / "go"
    program = (
        "import time, pathlib\n"
        f"while not pathlib.Path({str(go)!r}).exists(): time.sleep(0.05)\n{DONE}"
    )
    writer = SharedState(settings.service)

    async def check() -> None:
        async with here(settings, program=program) as jobs:
            job = await jobs.submit()
            await until(jobs, job.id, lambda job: job.state == "running")
            with writer.writing():  # as long as somebody else writes, nobody can
                go.touch()
                await asyncio.sleep(QUIET_S)
                assert (await jobs.get(job.id)).state == "running"
                with pytest.raises(DataUnavailable):
                    await jobs.submit()
            last = await until(jobs, job.id, lambda job: job.ended)
            assert (last.state, last.generation) == ("done", 7)

    asyncio.run(check())
    writer.close()


def test_a_stream_gives_signs_of_life_also_while_others_write_about_other_things(
    settings: Settings, other: Other
) -> None:
    _, job_id = other("import time; time.sleep(1_000)")
    writer = SharedState(settings.service)

    async def write() -> None:
        while True:
            with writer.writing(durable=False) as execute:
                execute("DELETE FROM metrics", ())
                execute("INSERT INTO metrics VALUES ('requests', '[]', 1)", ())
            await asyncio.sleep(0.05)

    async def check() -> None:
        async with here(settings) as jobs:
            writing = asyncio.create_task(write())
            seen = []
            async for job in jobs.changes(job_id, 1.0):
                seen.append(None if job is None else job.state)
                if len(seen) == 3:
                    break
            assert seen == ["running", None, None]
            writing.cancel()

    asyncio.run(check())
    writer.close()


def test_whoever_follows_a_job_is_let_go_when_the_process_leaves(
    settings: Settings, other: Other
) -> None:
    _, job_id = other("import time; time.sleep(1_000)")

    async def check() -> None:
        async with here(settings) as jobs:
            seen = []
            async for job in jobs.changes(job_id, WITHIN_S):
                seen.append(job)
                jobs.leave()
            assert len(seen) == 1

    asyncio.run(check())
