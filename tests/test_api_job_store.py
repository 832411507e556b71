"""The service's own file: made on first use, shared by processes, told where it cannot be used."""

from __future__ import annotations

import resource
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.job_store import KEPT_JOBS, Job, JobError, JobStore
from api.shared_state import SharedState
from indexer.errors import DataUnavailable
from indexer.settings import Settings

ROOT = Path(__file__).parents[1]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(index=tmp_path / "index")


@pytest.fixture
def state(settings: Settings) -> Iterator[SharedState]:
    state = SharedState(settings.service)
    yield state
    state.close()


@pytest.fixture
def store(state: SharedState) -> JobStore:
    return JobStore(state)


@pytest.fixture
def elsewhere(settings: Settings) -> Iterator[JobStore]:
    """The same as another process has it: a connection of its own."""
    state = SharedState(settings.service)
    yield JobStore(state)
    state.close()


def ran(store: JobStore, state: str = "done", generation: int | None = None) -> Job:
    """A job that was asked for, ran and ended."""
    store.submit()
    job = store.begin("000001")
    assert job is not None
    store.end(Job(job.id, state=state, generation=generation))  # type: ignore[arg-type]
    return store.get(job.id)


def test_looking_makes_no_file(store: JobStore, state: SharedState, settings: Settings) -> None:
    with pytest.raises(KeyError):
        store.get("0")
    assert store.begin(None) is None
    store.cut_off(None)
    assert state.version() == 0
    assert not settings.data.exists()


def test_the_file_is_its_owners_alone(store: JobStore, settings: Settings) -> None:
    store.submit()
    files = list(settings.data.iterdir())
    assert {file.name for file in files} >= {"service.sqlite", "service.sqlite-wal"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_everything_about_a_job_is_seen_elsewhere(store: JobStore, elsewhere: JobStore) -> None:
    job = store.submit()
    assert elsewhere.get(job.id) == job == Job(job.id)
    assert store.begin("000003") == elsewhere.get(job.id) == Job(job.id, state="running")
    store.progress(job.id, "embed", 3, 9)
    assert elsewhere.get(job.id) == Job(job.id, "index", "running", "embed", 3, 9)
    errors = (JobError("kaputt „1“.pdf", "is encrypted"), JobError(None, "the disk is full"))
    store.end(Job(job.id, state="failed", errors=errors))
    assert elsewhere.get(job.id) == Job(job.id, "index", "failed", "embed", 3, 9, errors)


def test_what_has_ended_does_not_change_any_more(store: JobStore) -> None:
    ended = ran(store, generation=7)
    store.progress(ended.id, "embed", 1, 2)  # of a thread that was slower
    store.end(Job(ended.id, state="failed"))
    store.cut_off("000009")
    assert store.get(ended.id) == ended == Job(ended.id, state="done", generation=7)


def test_only_a_job_that_has_not_begun_is_shared(store: JobStore, elsewhere: JobStore) -> None:
    first = store.submit()
    assert elsewhere.submit() == first
    store.begin(None)
    second = elsewhere.submit()
    assert store.submit() == second != first


@pytest.mark.parametrize(
    ("before", "now", "left"),
    [
        (None, None, "the index is as before, and the next run does what it left undone"),
        ("000004", "000004", "the index is as before, and the next run does what it left undone"),
        ("000004", "000005", "generation 5 is published now, 4 was when it began"),
        (None, "000001", "generation 1 is published now, none was when it began"),
    ],
)
def test_a_job_that_was_cut_off_says_what_it_left(
    store: JobStore, before: str | None, now: str | None, left: str
) -> None:
    job = store.submit()
    store.begin(before)
    waiting = store.submit()
    store.cut_off(now)
    reason = JobError(None, f"the service was stopped while it ran; {left}")
    assert store.get(job.id) == Job(job.id, state="failed", errors=(reason,))
    assert store.get(waiting.id) == waiting


def test_the_last_hundred_jobs_that_ended_are_kept(store: JobStore) -> None:
    ended = [ran(store) for _ in range(KEPT_JOBS + 2)]
    assert KEPT_JOBS == 100
    store.submit()
    assert store.get(ended[2].id) == ended[2]
    for forgotten in ended[:2]:
        with pytest.raises(KeyError):
            store.get(forgotten.id)


def test_processes_that_ask_at_once_share_one_job(settings: Settings) -> None:
    """On a folder that none of them has seen yet: making the file is part of the race."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom concurrent.futures import ThreadPoolExecutor\n"
        "from api.job_store import JobStore\nfrom api.shared_state import SharedState\n"
        f"state = SharedState(Path({str(settings.service)!r}))\n"
        "print('ready', flush=True)\nsys.stdin.readline()\n"
        "with ThreadPoolExecutor(4) as threads:\n"
        "    jobs = [threads.submit(JobStore(state).submit) for _ in range(8)]\n"
        "print(*{job.result().id for job in jobs})\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60) for process in processes]
    assert [errors for _, errors in said] == [""] * 4
    assert len({ids for ids, _ in said}) == 1
    assert len(said[0][0].split()) == 1


def test_only_what_others_write_changes_the_version(
    state: SharedState, store: JobStore, elsewhere: JobStore
) -> None:
    job = store.submit()
    version = state.version()
    store.begin(None)
    assert state.version() == version
    elsewhere.progress(job.id, "read", 1, 2)
    assert state.version() != version


def test_a_part_of_what_belongs_together_is_never_there(
    state: SharedState, store: JobStore
) -> None:
    job = store.submit()

    def forget_all_and_fail() -> None:
        with state.writing() as execute:
            execute("DELETE FROM jobs", ())
            execute("DELETE FROM missing", ())

    with pytest.raises(DataUnavailable, match="no such table: missing"):
        forget_all_and_fail()
    assert store.get(job.id) == job


def test_a_folder_that_cannot_be_made_is_named_with_the_remedy(settings: Settings) -> None:
    settings.data.write_text("a file where the folder should be")
    state = SharedState(settings.service)
    with pytest.raises(DataUnavailable, match=r"service\.sqlite cannot be used: .* can be written"):
        JobStore(state).submit()
    with pytest.raises(KeyError):  # there is none, and that can be told
        JobStore(state).get("0")


def test_a_full_disk_is_told_and_passes(store: JobStore, settings: Settings) -> None:
    first = store.submit()
    store.begin(None)
    with files_no_longer_than(settings.service.with_name("service.sqlite-wal").stat().st_size):
        with pytest.raises(DataUnavailable, match="has room"):
            store.submit()
        assert store.get(first.id).state == "running"
    second = store.submit()
    assert store.begin(None) == Job(second.id, state="running")


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_damaged_file_is_told_and_left_as_it_is(settings: Settings) -> None:
    settings.data.mkdir()
    settings.service.write_bytes(b"no database at all" * 100)
    store = JobStore(SharedState(settings.service))
    for ask in (store.submit, lambda: store.get("0")):
        with pytest.raises(DataUnavailable, match="can be moved away while the service is stopped"):
            ask()
    assert settings.service.read_bytes() == b"no database at all" * 100


def test_a_file_of_a_newer_version_is_left_alone(settings: Settings, store: JobStore) -> None:
    settings.data.mkdir()
    with sqlite3.connect(settings.service) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(DataUnavailable, match=r"has version 99, this program knows \d+;"):
        store.submit()
