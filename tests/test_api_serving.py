"""Several workers on one socket: stopped whole, replaced when they die, counted together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from real_servers import ROOT, WITHIN_S, Server, wait_for

from api import serving
from indexer.building import bring_up_to_date
from indexer.publishing import writing
from indexer.settings import Settings

Start = Callable[..., Server]
SLOW = {"questions": [{"question": f"Wie viele Liegeplätze hat Kai {n}?"} for n in range(100)]}
both = pytest.mark.parametrize("workers", [1, 2], ids=["one worker", "two workers"])


@pytest.fixture
def start(harbour: Path) -> Iterator[Start]:
    bring_up_to_date(Settings(corpus=(harbour / "corpus",), index=harbour / "index"))
    servers: list[Server] = []

    def started(workers: int, *options: str) -> Server:
        servers.append(Server(harbour, workers, *options))
        return servers[-1]

    yield started
    for server in servers:
        if server.process.poll() is None:
            server.kill()
        server.stop()


@both
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_a_slow_request_end_and_takes_no_new_one(
    start: Start, workers: int, number: signal.Signals
) -> None:
    server = start(workers)
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(server.client.post, "/v1/ask/batch", json=SLOW)
        time.sleep(0.3)
        assert not slow.done(), "the request was not slow enough to prove anything"
        server.process.send_signal(number)
        reply = slow.result(WITHIN_S)
    assert reply.status_code == 200
    assert len(reply.json()["answers"]) == len(SLOW["questions"])
    assert server.process.wait(WITHIN_S) == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.address + "healthz")
    assert server.log.read_text() == ""


@both
def test_streams_of_events_end_when_the_server_does(
    start: Start, harbour: Path, workers: int
) -> None:
    server = start(workers)
    with writing(harbour / "index"):  # the run waits for the index as long as this holds
        job_id = server.submit()
        events = server.events(job_id)
        assert next(events)["state"] in {"queued", "running"}
        began = time.monotonic()
        server.process.terminate()
        rest = list(events)  # a cut connection would raise
        assert time.monotonic() - began < 10
        assert all(job["state"] in {"queued", "running"} for job in rest)
        assert server.process.wait(WITHIN_S) == 0


def test_a_worker_that_dies_is_replaced_and_the_other_answers_meanwhile(start: Start) -> None:
    server = start(2)
    before = server.worker_ids()
    assert len(before) == 2
    supervisor = Path(f"/proc/{server.process.pid}/maps").read_text()
    assert "libtorch" not in supervisor  # it holds no models
    os.kill(before[0], signal.SIGKILL)
    wait_for(lambda: len(server.worker_ids()) == 2 and before[0] not in server.worker_ids())
    assert before[1] in server.worker_ids()
    assert server.client.get("/v1/search?q=Hafen").json()["hits"][0]["doc_id"] == "hafen.txt"
    wait_for(lambda: "takes its place" in server.log.read_text())
    assert f"worker {before[0]} ended with -9" in server.log.read_text()


def test_where_no_worker_can_start_the_service_ends_with_1(harbour: Path) -> None:
    program = (
        "import os, socket\nfrom indexer.settings import Settings\nfrom api import serving\n"
        "def worker_app(settings):\n    raise RuntimeError('this worker cannot start')\n"
        "serving.worker_app = worker_app\n"
        "if __name__ == '__main__':\n"
        "    with socket.create_server(('127.0.0.1', 0)) as listening:\n"
        "        serving.serve(Settings(workers=2), listening)\n"
    )
    (harbour / "broken.py").write_text(program)
    ended = subprocess.run(
        [sys.executable, "broken.py"],
        cwd=harbour,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert ended.returncode == 1
    assert "this worker cannot start" in ended.stderr


def test_workers_end_when_their_supervisor_is_killed(start: Start) -> None:
    server = start(2)
    workers = server.worker_ids()
    server.process.kill()
    wait_for(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.address + "healthz")


def test_metrics_are_those_of_all_workers_together(start: Start) -> None:
    server = start(2)
    for _ in range(40):  # each on a connection of its own, so that both workers get some
        assert httpx.get(server.address + "v1/documents").status_code == 200
    line = 'fundstelle_requests_total{method="GET",route="/v1/documents",status="200"} 40.0'
    wait_for(lambda: line in server.client.get("/metrics").text)
    told = []
    for _ in range(20):
        httpx.get(server.address + "healthz")
        text = httpx.get(server.address + "metrics").text
        healthy = [line for line in text.splitlines() if 'route="/healthz",status' in line]
        told += [float(line.split()[-1]) for line in healthy]  # none before a worker has written
    assert told
    assert told == sorted(told)  # a number that fell would be read as a restart


def test_the_cores_are_shared_by_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_cores", lambda: 8)
    threads = {
        workers: serving._of_each_worker(Settings(workers=workers)).threads
        for workers in (1, 2, 3, 16)
    }
    assert threads == {1: 0, 2: 4, 3: 2, 16: 1}  # 0: every core
    assert serving._of_each_worker(Settings(workers=2, threads=3)).threads == 3
