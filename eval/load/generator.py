"""Sends requests to a server from a process of its own, whose CPU is counted.

As fast as so many connections allow, by wrk where it is installed and else by Python; or at a
fixed rate, by Python. At a rate, a request's time runs from the moment when it was due: one that
had to wait for the generator or for a connection is not counted as quicker than its user saw it.
"""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import count, cycle
from pathlib import Path

import httpx

SCRIPT = Path(__file__).parent / "wrk.lua"
TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Load:
    """What a generator saw."""

    requests: int
    seconds: float
    failed: int  # no reply, or an error
    p50_ms: float
    p99_ms: float
    cpu: float = 0.0  # cores that the generator kept busy
    by: str = "Python"

    @property
    def per_second(self) -> float:
        """Good replies."""
        return (self.requests - self.failed) / self.seconds


def at_full_speed(address: str, requests: Path, connections: int, seconds: float) -> Load:
    """Each connection sends its next request when the reply to the last one has come."""
    wrk = shutil.which("wrk")
    if wrk is None:
        return _python(address, requests, seconds, connections=connections)
    options = ["-t", "1", "-c", str(connections), "-d", f"{max(1, round(seconds))}s"]
    command = [wrk, *options, "--timeout", f"{TIMEOUT_S:.0f}s", "-s", str(SCRIPT), address]
    return _run([*command, "--", str(requests)], "wrk")


def at_a_rate(address: str, requests: Path, per_second: float, seconds: float) -> Load:
    """Requests are due at equal intervals, whatever became of those before."""
    return _python(address, requests, seconds, rate=per_second)


def _python(
    address: str, requests: Path, seconds: float, *, connections: int = 100, rate: float = 0.0
) -> Load:
    arguments = [address, str(requests), str(seconds), str(connections), str(rate)]
    return _run([sys.executable, "-m", "eval.load.generator", *arguments], "Python")


def _run(command: Sequence[str], by: str) -> Load:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    ended = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    elapsed = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = json.loads(ended.stdout.strip().splitlines()[-1])
    return Load(**{**told, "cpu": busy / elapsed, "by": by})


async def _generate(
    address: str, lines: Sequence[str], seconds: float, connections: int, rate: float
) -> Load:
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    taken: list[float] = []
    failed = 0
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=TIMEOUT_S) as client:

        async def send(line: str, due: float) -> None:
            nonlocal failed
            path, _, body = line.partition("\t")
            headers = {"Content-Type": "application/json"} if body else {}
            method = "POST" if body else "GET"
            try:
                reply = await client.request(method, path, content=body, headers=headers)
                failed += reply.is_error
            except httpx.TransportError:
                failed += 1
            taken.append(1000 * (time.perf_counter() - due))

        async def one_after_the_other() -> None:
            while time.perf_counter() - began < seconds:
                await send(next(endless), time.perf_counter())

        endless = cycle(lines)
        began = time.perf_counter()
        if not rate:
            await asyncio.gather(*(one_after_the_other() for _ in range(connections)))
        else:
            async with asyncio.TaskGroup() as sending:
                for number in count():
                    due = began + number / rate
                    if due > began + seconds:
                        break
                    await asyncio.sleep(max(0.0, due - time.perf_counter()))
                    sending.create_task(send(next(endless), due))
        elapsed = time.perf_counter() - began
    return Load(len(taken), elapsed, failed, statistics.median(taken), percentile(taken, 99))


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that at least so many percent of all do not exceed."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def main(address: str, requests: str, seconds: str, connections: str, rate: str) -> None:
    """Print what was seen as JSON."""
    lines = Path(requests).read_text("utf-8").splitlines()
    load = _generate(address, lines, float(seconds), int(connections), float(rate))
    told = asdict(asyncio.run(load))
    print(json.dumps({name: told[name] for name in told if name not in {"cpu", "by"}}))


if __name__ == "__main__":
    main(*sys.argv[1:])
