"""A real server for the load, and the memory that its processes hold; Linux only (/proc)."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

READY_WITHIN_S = 120.0
STOP_WITHIN_S = 60.0
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Server:
    """A running one."""

    address: str  # without a slash at its end
    process: int

    def pss_mb(self) -> float:
        """Memory of all its processes; what several share counts once, in equal parts."""
        return sum(map(_pss_mb, _with_children(self.process)))


@contextmanager
def serving(index: Path, workers: int) -> Iterator[Server]:
    """Serve an index, wait until each worker is ready, and stop it at the end.

    Nobody but a key may ask so often; the limits are off.

    Raises:
        TimeoutError: if it is not ready in time.
    """
    command = [sys.executable, "-m", "api", "serve", "--index", str(index), "--port", "0"]
    started = subprocess.Popen(  # noqa: S603  our own interpreter and module
        [*command, "--workers", str(workers)],
        env={**os.environ, "FUNDSTELLE_ASKS_PER_MINUTE": "0"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address = (started.stdout.readline() if started.stdout else "").strip().rstrip("/")
        _wait_until_ready(address, workers)
        yield Server(address, started.pid)
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(STOP_WITHIN_S)
        finally:
            started.kill()
            if started.stdout:
                started.stdout.close()


def _wait_until_ready(address: str, workers: int) -> None:
    """Ask by new connections, which workers take by chance, until many in a row are good."""
    ends, good = time.monotonic() + READY_WITHIN_S, 0
    while good < 20 * workers:
        if time.monotonic() > ends:
            raise TimeoutError(f"the server is not ready after {READY_WITHIN_S:.0f} s")
        try:
            good = good + 1 if httpx.get(f"{address}/readyz").is_success else 0
        except httpx.TransportError:
            good = 0
        if not good:
            time.sleep(0.2)


def _with_children(process: int) -> Iterator[int]:
    yield process
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _with_children(int(child))


def _pss_mb(process: int) -> float:
    found = _PSS.search(Path(f"/proc/{process}/smaps_rollup").read_text())
    return int(found[1]) / 1000 if found else 0.0
