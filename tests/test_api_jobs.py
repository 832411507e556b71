"""Jobs: one run at a time, progress followed, failures told, nothing left running."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from api.indexer_process import index_command
from api.job_store import Job, JobError, JobStore
from api.jobs import Jobs
from api.shared_state import SharedState
from indexer.settings import Settings

WITHIN_S = 60.0
SUMMARY = {"generation": 7, "failed": []}


def test_the_indexer_is_told_folders_and_index() -> None:
    settings = Settings(corpus=(Path("a"), Path("b")), index=Path("i"))
    assert index_command(settings) == [
        sys.executable, "-P", "-m", "indexer", "index",
        "--index", "i", "--corpus", "a", "--corpus", "b",
        "--wait", "600", "--json", "--progress", "json",
    ]  # fmt: skip


class Run:
    """Jobs whose indexer is a few lines of Python that speak its protocol."""

    def __init__(self, folder: Path, program: str) -> None:
        settings = Settings(index=folder / "index")
        self.published = 0
        self.state = SharedState(settings.service)
        command = [sys.executable, "-c", program]
        self.jobs = Jobs(settings, self.state, self._publish, command)

    async def _publish(self) -> None:
        self.published += 1

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.jobs.work())
        try:
            async with asyncio.timeout(WITHIN_S):
                yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def until_ended(self, *jobs: Job) -> list[list[Job]]:
        """Return, for each job, what a watcher sees of it."""
        return list(await asyncio.gather(*(self._watch(job.id) for job in jobs)))

    async def _watch(self, job_id: str) -> list[Job]:
        return [job async for job in self.jobs.changes(job_id, 30.0) if job is not None]


@pytest.fixture
def run_of(tmp_path: Path) -> Iterator[Callable[[str], Run]]:
    runs: list[Run] = []

    def make(program: str) -> Run:
        runs.append(Run(tmp_path, program))
        return runs[-1]

    yield make
    for run in runs:
        run.state.close()


def say(*lines: object, out: object = SUMMARY, code: int = 0) -> str:
    """Write a program that says these lines on stderr and the summary on stdout."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    return (
        f"import sys\nfor line in {texts!r}:\n    print(line, file=sys.stderr, flush=True)\n"
        f"print({json.dumps(out)!r})\nsys.exit({code})"
    )


def test_progress_is_followed_through_other_lines_of_any_length(
    run_of: Callable[[str], Run],
) -> None:
    async def check() -> None:
        last = {"stage": "embed", "done": 5, "total": 9}
        long_line = "import sys; print('x' * 300_000, file=sys.stderr)\n"
        run = run_of(long_line + say("loading", "[1]", '{"stage": 1}', last))
        async with run.working():
            [seen] = await run.until_ended(await run.jobs.submit())
        assert seen[-1] == Job(seen[0].id, "index", "done", "embed", 5, 9, (), 7)
        assert run.published == 1

    asyncio.run(check())


def test_a_run_that_fails_tells_its_last_line(
    run_of: Callable[[str], Run],
) -> None:
    async def check() -> None:
        run = run_of(say("warming up", "fundstelle: the index is locked", code=1))
        async with run.working():
            [seen] = await run.until_ended(await run.jobs.submit())
        assert seen[-1].state == "failed"
        assert seen[-1].errors == (JobError(None, "fundstelle: the index is locked"),)
        assert run.published == 0

    asyncio.run(check())


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import os; os.kill(os.getpid(), 9)", "the indexer ended with exit code -9"),
        ("print('no summary')", "the indexer could not be run"),
        ("", "the indexer could not be run"),
    ],
)
def test_a_run_that_breaks_off_fails_and_the_next_one_is_tried(
    run_of: Callable[[str], Run], program: str, reason: str
) -> None:
    async def check() -> None:
        run = run_of(program)
        for _ in range(2):
            async with run.working():
                [seen] = await run.until_ended(await run.jobs.submit())
            assert seen[-1].state == "failed"
            assert seen[-1].errors == (JobError(None, reason),)

    asyncio.run(check())


def test_who_asks_during_a_run_shares_the_one_behind_it(
    run_of: Callable[[str], Run],
) -> None:
    async def check() -> None:
        run = run_of("import time; time.sleep(0.5)\n" + say())
        first = await run.jobs.submit()
        assert await run.jobs.submit() == first  # it has not begun
        async with run.working():
            while (await run.jobs.get(first.id)).state == "queued":
                await asyncio.sleep(0.01)
            second, third = await run.jobs.submit(), await run.jobs.submit()
            assert second == third
            assert second.id != first.id
            await run.until_ended(first, second)
        assert run.published == 2

    asyncio.run(check())


def test_a_watcher_hears_a_heartbeat_while_nothing_changes(
    run_of: Callable[[str], Run],
) -> None:
    async def check() -> None:
        run = run_of(say())
        watching = run.jobs.changes((await run.jobs.submit()).id, 0.01)
        assert (await anext(watching)) is not None
        assert (await anext(watching)) is None
        await watching.aclose()  # type: ignore[attr-defined]

    asyncio.run(check())


def test_stopping_the_service_stops_the_run_and_its_children(
    run_of: Callable[[str], Run], tmp_path: Path
) -> None:
    started = tmp_path / "started"
    program = (
        "import subprocess, sys, pathlib, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(started)!r}).write_text(str(child.pid))\n"
        "time.sleep(60)"
    )

    async def check() -> Job:
        run = run_of(program)
        job = await run.jobs.submit()
        working = asyncio.create_task(run.jobs.work())
        while not started.exists() or not started.read_text():
            await asyncio.sleep(0.02)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        return await run.jobs.get(job.id)

    begun = time.monotonic()
    job = asyncio.run(check())
    assert time.monotonic() - begun < 30
    left = "the index is as before, and the next run does what it left undone"
    assert job.errors == (JobError(None, f"the service was stopped while it ran; {left}"),)
    assert _ended(int(started.read_text()))


def _ended(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return True
        if state == "Z":  # ended, and nobody has asked how
            return True
        time.sleep(0.05)
    return False


def test_a_job_that_begins_while_the_service_stops_is_still_queued_behind_it(
    run_of: Callable[[str], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(say())
    begun, go_on = threading.Event(), threading.Event()
    begin = JobStore.begin

    def slowly(store: JobStore, published: str | None) -> Job | None:
        begun.set()
        go_on.wait(WITHIN_S)
        return begin(store, published)

    async def check() -> None:
        job = await run.jobs.submit()
        with monkeypatch.context() as context:
            context.setattr(JobStore, "begin", slowly)
            working = asyncio.create_task(run.jobs.work())
            await asyncio.to_thread(begun.wait, WITHIN_S)
            working.cancel()
            await asyncio.sleep(0)  # the cancellation arrives while the thread is at it
            go_on.set()
            await asyncio.gather(working, return_exceptions=True)
        assert (await run.jobs.get(job.id)).state == "queued"
        async with run.working():
            [seen] = await run.until_ended(job)
        assert seen[-1].state == "done"

    asyncio.run(check())
