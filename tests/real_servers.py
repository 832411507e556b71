"""A server in processes of its own, as a user starts it, and a client of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[1]
WITHIN_S = 120.0


class Server:
    """`fundstelle serve` on the corpus and index of a folder."""

    def __init__(self, harbour: Path, workers: int = 1, *options: str) -> None:
        arguments = ["--corpus", str(harbour / "corpus"), "--index", str(harbour / "index")]
        self.workers = workers
        self.log = harbour / f"log-{time.monotonic_ns()}.txt"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api", "serve", *arguments, "--port", "0",
                 "--workers", str(workers), *options],
                cwd=harbour,
                # It starts sooner without the reader.
                env=ours(FUNDSTELLE_READER="0"),
                text=True,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # so that all its processes can be killed at once
            )  # fmt: skip
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self.client = httpx.Client(base_url=self.address, timeout=WITHIN_S)
        # Each connection is of one worker; which one takes it is chance.
        wait_for(lambda: all(_is_ready(self.address) for _ in range(10 if workers > 1 else 1)))

    def kill(self) -> None:
        """As the machine's kernel does where memory runs out: nothing is put in order."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.client.close()
        self.process.terminate()
        with self.process:  # waits, and closes the pipe
            pass

    def worker_ids(self) -> list[int]:
        """The processes that answer."""
        if self.workers == 1:
            return [self.process.pid]
        of_supervisor = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [
            int(child)
            for child in of_supervisor.read_text().split()
            if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()
        ]

    def submit(self) -> str:
        reply = self.client.post("/v1/index")
        assert reply.status_code == 202, reply.text
        return str(reply.json()["id"])

    def events(self, job_id: str) -> Generator[dict[str, Any], None, None]:
        with self.client.stream("GET", f"/v1/jobs/{job_id}/events") as reply:
            for line in reply.iter_lines():
                if line.startswith("data: "):
                    yield json.loads(line.removeprefix("data: "))

    def until(self, job_id: str, *states: str) -> dict[str, Any]:
        """The job as soon as it is in one of these states."""
        return next(job for job in self.events(job_id) if job["state"] in states)

    def found(self) -> tuple[int, set[str]]:
        """The generation that answers, and its documents."""
        reply = self.client.get("/v1/documents").json()
        return reply["index"]["generation"], {one["doc_id"] for one in reply["documents"]}


def wait_for(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    until = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)


@contextmanager
def serving(
    arguments: Sequence[str], folder: Path = ROOT, *, environment: Mapping[str, str]
) -> Iterator[str]:
    """A server that is started by a command's arguments; its address, without a slash behind it.

    Args:
        environment: all that the server is told by its environment.
    """
    with subprocess.Popen(
        [*arguments, "--port", "0"],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            wait_for(lambda: _is_ready(address))
            yield address.rstrip("/")
        finally:
            process.terminate()


def ours(**environment: str) -> dict[str, str]:
    """This process's environment, in which the checkout is found, and these variables."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **environment}


def _is_ready(address: str) -> bool:
    with suppress(httpx.HTTPError):  # refused, or still loading its models and silent
        return httpx.get(f"{address}readyz").status_code == 200
    return False
