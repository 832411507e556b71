"""Indexing over HTTP: who may, one run at a time, in force when done, failures told."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.jobs import Job, JobError, Jobs, index_command
from indexer.settings import Settings

LOCAL = "http://127.0.0.1:8000"
WITHIN_S = 60.0
SUMMARY = {"generation": 7, "failed": []}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "hafen.txt").write_text("Der Hafen von Kiel hat 40 Liegeplätze.")
    return tmp_path


@pytest.fixture
def client(folder: Path) -> Iterator[TestClient]:
    settings = Settings(corpus=(folder / "corpus",), index=folder / "index", root_path="/suche")
    app = create_app(settings)
    with TestClient(app, base_url=LOCAL, client=("127.0.0.1", 50_000)) as client:
        yield client


def events(client: TestClient, job_id: str) -> list[dict[str, Any]]:
    reply = client.get(f"/v1/jobs/{job_id}/events")
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.text.endswith("\n\n")
    frames = reply.text.removesuffix("\n\n").split("\n\n")
    return [json.loads(frame.removeprefix("data: ")) for frame in frames if frame[0] != ":"]


def test_a_run_is_accepted_watched_and_in_force_when_done(client: TestClient, folder: Path) -> None:
    (folder / "corpus" / "kaputt.pdf").write_bytes(b"%PDF-1.4 broken")
    assert client.get("/readyz").status_code == 503
    reply = client.post("/v1/index")
    assert reply.status_code == 202
    job = reply.json()
    assert reply.headers["location"] == f"/suche/v1/jobs/{job['id']}"
    assert job == {
        "id": job["id"],
        "kind": "index",
        "state": "queued",
        "stage": None,
        "done": 0,
        "total": 0,
        "errors": [],
        "generation": None,
    }
    seen = events(client, job["id"])
    assert seen[-1] == client.get(f"/v1/jobs/{job['id']}").json()
    assert (seen[-1]["state"], seen[-1]["generation"]) == ("done", 1)
    assert [error["path"] for error in seen[-1]["errors"]] == ["kaputt.pdf"]
    assert {one["state"] for one in seen} <= {"queued", "running", "done"}
    assert all(one["done"] <= one["total"] for one in seen)
    assert client.get("/readyz").json()["index"]["generation"] == 1
    hits = client.get("/v1/search", params={"q": "Liegeplätze"}).json()["hits"]
    assert hits[0]["doc_id"] == "hafen.txt"


def test_a_run_that_publishes_nothing_says_why(client: TestClient, folder: Path) -> None:
    (folder / "corpus" / "hafen.txt").unlink()
    job = client.post("/v1/index").json()
    last = events(client, job["id"])[-1]
    assert (last["state"], last["generation"]) == ("failed", None)
    [error] = last["errors"]
    assert error["path"] is None
    assert "nothing published: no document found" in error["reason"]


@pytest.mark.parametrize(
    "header",
    [
        {"host": "example.org"},
        {"host": "example.org:8000"},
        {"host": "192.168.0.2"},
        {"host": "127.0.0.1.example.org"},
        {"host": "[::1"},
        {"host": ""},
        {"forwarded": "for=127.0.0.1"},
        {"x-forwarded-for": "127.0.0.1"},
        {"x-forwarded-host": "localhost"},
        {"x-real-ip": "127.0.0.1"},
        {"via": "1.1 proxy"},
        {"origin": "https://example.org"},
        {"origin": "http://127.0.0.1:9000"},
        {"origin": "https://127.0.0.1:8000"},
        {"origin": "null"},
    ],
)
def test_whatever_may_come_from_elsewhere_may_not_index(
    client: TestClient, header: dict[str, str]
) -> None:
    reply = client.post("/v1/index", headers=header)
    assert reply.status_code == 403
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json() == {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "detail": "Only programs on the machine of the service may index.",
        "request_id": reply.headers["x-request-id"],
    }


@pytest.mark.parametrize("address", ["192.168.0.2", "8.8.8.8", "::ffff:8.8.8.8", "testclient"])
def test_another_machine_may_not_index(folder: Path, address: str) -> None:
    app = create_app(Settings(corpus=(folder,), index=folder / "index"))
    with TestClient(app, base_url=LOCAL, client=(address, 50_000)) as client:
        assert client.post("/v1/index").status_code == 403


@pytest.mark.parametrize(
    ("address", "host"),
    [("127.0.0.1", "localhost:8000"), ("::1", "[::1]:8000"), ("::ffff:127.0.0.1", "127.9.9.9")],
)
def test_this_machine_may_index_by_any_of_its_names(folder: Path, address: str, host: str) -> None:
    app = create_app(Settings(corpus=(folder,), index=folder / "index"))
    with TestClient(app, base_url=LOCAL, client=(address, 50_000)) as client:
        headers = {"host": host, "origin": f"http://{host}"}
        assert client.post("/v1/index", headers=headers).status_code == 202


def test_an_unknown_job_is_not_found(client: TestClient) -> None:
    for url in ("/v1/jobs/none", "/v1/jobs/none/events"):
        reply = client.get(url)
        assert (reply.status_code, reply.json()["detail"]) == (404, "No job has this id.")


def test_the_indexer_is_told_folders_and_index() -> None:
    settings = Settings(corpus=(Path("a"), Path("b")), index=Path("i"))
    assert index_command(settings) == [
        sys.executable, "-m", "indexer", "index", "--index", "i", "--corpus", "a", "--corpus", "b",
        "--json", "--progress", "json",
    ]  # fmt: skip


class Run:
    """Jobs whose indexer is a few lines of Python that speak its protocol."""

    def __init__(self, program: str) -> None:
        self.published = 0
        self.jobs = Jobs([sys.executable, "-c", program], self._publish)

    async def _publish(self) -> None:
        self.published += 1

    async def until_ended(self, *jobs: Job) -> list[list[Job]]:
        """Return, for each job, what a watcher sees of it."""
        working = asyncio.create_task(self.jobs.work())
        try:
            async with asyncio.timeout(WITHIN_S):
                return list(await asyncio.gather(*(self._watch(job.id) for job in jobs)))
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    async def _watch(self, job_id: str) -> list[Job]:
        return [job async for job in self.jobs.changes(job_id, 30.0) if job is not None]


def say(*lines: object, out: object = SUMMARY, code: int = 0) -> str:
    """Write a program that says these lines on stderr and the summary on stdout."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    return (
        f"import sys\nfor line in {texts!r}:\n    print(line, file=sys.stderr, flush=True)\n"
        f"print({json.dumps(out)!r})\nsys.exit({code})"
    )


def test_progress_is_followed_through_other_lines_of_any_length() -> None:
    async def check() -> None:
        last = {"stage": "embed", "done": 5, "total": 9}
        run = Run(say("loading", "[1]", '{"stage": 1}', "x" * 300_000, last))
        [seen] = await run.until_ended(run.jobs.submit())
        assert seen[0].state == "queued"
        assert seen[-1] == Job(seen[0].id, "index", "done", "embed", 5, 9, (), 7)
        assert run.published == 1

    asyncio.run(check())


def test_a_run_that_fails_tells_its_last_line() -> None:
    async def check() -> None:
        run = Run(say("warming up", "fundstelle: the index is locked", code=1))
        [seen] = await run.until_ended(run.jobs.submit())
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
def test_a_run_that_breaks_off_fails_and_the_next_one_is_tried(program: str, reason: str) -> None:
    async def check() -> None:
        run = Run(program)
        for _ in range(2):
            [seen] = await run.until_ended(run.jobs.submit())
            assert seen[-1].state == "failed"
            assert seen[-1].errors == (JobError(None, reason),)

    asyncio.run(check())


def test_who_asks_during_a_run_shares_the_one_behind_it() -> None:
    async def check() -> None:
        run = Run("import time; time.sleep(0.5)\n" + say())
        first = run.jobs.submit()
        assert run.jobs.submit() == first  # it has not begun
        working = asyncio.create_task(run.until_ended(first))
        while run.jobs.get(first.id).state == "queued":
            await asyncio.sleep(0.01)
        second, third = run.jobs.submit(), run.jobs.submit()
        assert second == third
        assert second.id != first.id
        await working
        await run.until_ended(second)
        assert run.published == 2

    asyncio.run(check())


def test_a_watcher_hears_a_heartbeat_while_nothing_changes() -> None:
    async def check() -> None:
        run = Run(say())
        watching = run.jobs.changes(run.jobs.submit().id, 0.01)
        assert (await anext(watching)) is not None
        assert (await anext(watching)) is None
        await watching.aclose()  # type: ignore[attr-defined]

    asyncio.run(check())


def test_the_last_hundred_jobs_are_kept() -> None:
    async def check() -> None:
        run = Run("raise SystemExit(1)")
        jobs = run.jobs
        submitted = []
        for number in range(103):
            job = jobs.submit()
            submitted.append(job.id)
            jobs._set(Job(job.id, state="done", generation=number))
        jobs.submit()
        with pytest.raises(KeyError):
            jobs.get(submitted[0])
        assert jobs.get(submitted[-99]).generation == 4

    asyncio.run(check())


def test_stopping_the_service_stops_the_run_and_its_children(tmp_path: Path) -> None:
    started = tmp_path / "started"
    program = (
        "import subprocess, sys, pathlib, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(started)!r}).write_text(str(child.pid))\n"
        "time.sleep(60)"
    )

    async def check() -> Job:
        run = Run(program)
        job = run.jobs.submit()
        working = asyncio.create_task(run.jobs.work())
        while not started.exists() or not started.read_text():
            await asyncio.sleep(0.02)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        return run.jobs.get(job.id)

    begun = time.monotonic()
    job = asyncio.run(check())
    assert time.monotonic() - begun < 30
    assert job.errors == (JobError(None, "the service was stopped"),)
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
