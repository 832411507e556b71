"""How fast the server is ready and answers, and what it holds: `python -m eval.serving [INDEX]`.

Starts `fundstelle serve` on an index of the shipped corpus and asks every question of the corpus
set once over HTTP, one at a time. Timings are this machine's; Linux only (/proc).
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from eval.questions import load_questions
from indexer.building import bring_up_to_date
from indexer.settings import Settings

RUNS = 3
PORT = 8765
READY_WITHIN_S = 60
QUESTIONS = Path(__file__).parent / "sets" / "corpus.jsonl"


def main(index: Path) -> None:
    """Print one line per run: seconds until ready, memory before and after, time per question."""
    bring_up_to_date(Settings.load(index=index))
    questions = [question.question for question in load_questions(QUESTIONS)]
    command = ["serve", "--index", str(index), "--port", str(PORT)]
    for _ in range(RUNS):
        started = time.monotonic()
        server = subprocess.Popen(  # noqa: S603  our own interpreter and module
            [sys.executable, "-m", "api", *command],
            env={**os.environ, "FUNDSTELLE_ASKS_PER_MINUTE": "0"},
            stdout=subprocess.DEVNULL,
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=30) as client:
                wait_until_ready(client)
                ready, idle = time.monotonic() - started, resident_mb(server.pid)
                times = sorted(_ask(client, question) for question in questions)
            print(
                f"ready after {ready:.1f} s; resident {idle:.0f} MB, after {len(times)} questions "
                f"{resident_mb(server.pid):.0f} MB; ask p50 {statistics.median(times):.0f} ms, "
                f"p95 {times[int(0.95 * len(times))]:.0f} ms"
            )
        finally:
            server.terminate()
            server.wait()


def wait_until_ready(client: httpx.Client) -> None:
    """Raises TimeoutError if the server has no index loaded after a minute."""
    ends = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < ends:
        try:
            if client.get("/readyz").is_success:
                return
        except httpx.ConnectError:
            pass
        time.sleep(0.05)
    raise TimeoutError(f"the server is not ready after {READY_WITHIN_S} s")


def _ask(client: httpx.Client, question: str) -> float:
    """Ask once; returns milliseconds."""
    started = time.perf_counter()
    client.post("/v1/ask", json={"question": question}).raise_for_status()
    return (time.perf_counter() - started) * 1000


def resident_mb(process: int) -> float:
    """Return the memory that a process holds."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory(prefix="fundstelle-serving-") as folder:
            main(Path(folder) / "index")
