"""Asking while the index changes: `python -m eval.reindexing [--runs 100]`.

A real server is asked at half the rate that it sustains undisturbed, at least 20 requests a second,
every tenth an `ask`, while one document is changed and indexed again, run after run. A reply is
wrong if it is no success, or if it quotes another version of the document than the generation that
it names holds. Linux only (/proc).
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import click
import httpx
import numpy as np

from eval.questions import load_questions
from eval.serving import PORT, resident_mb, wait_until_ready
from indexer.building import bring_up_to_date
from indexer.settings import Settings

QUESTIONS = Path(__file__).parent / "sets" / "corpus.jsonl"
ALONE_S = 8.0  # how long the undisturbed rate is measured
AT_ONCE = 4
LEAST_RATE, ASK_EVERY = 20.0, 10
CHANGING = "fassung.md"  # the document that changes
QUERY = "Die Satzung liegt in Fassung Nummer vor"


@dataclass(slots=True)
class Seen:
    """What came back while the index changed."""

    replies: int = 0
    wrong: list[str] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    quoted: list[tuple[int, str]] = field(default_factory=list)  # generation, text of the document
    version_of: dict[int, int] = field(default_factory=dict)  # generation -> version it holds
    resident: dict[int, float] = field(default_factory=dict)  # run -> MB

    def mixed(self) -> list[str]:
        """Replies that quote another version than their generation holds."""
        return [
            f"generation {generation} quotes {text!r}"
            for generation, text in self.quoted
            if f"Nummer {self.version_of.get(generation)} vor" not in text
        ]


def write_version(corpus: Path, version: int) -> None:
    """Write the document anew."""
    text = f"# Satzung\n\nDie Satzung liegt in Fassung Nummer {version} vor.\n"
    (corpus / CHANGING).write_text(text, encoding="utf-8")


async def sustained(client: httpx.AsyncClient, questions: list[str]) -> float:
    """Requests a second to /v1/search, a few at once."""
    ends = time.monotonic() + ALONE_S
    turns = itertools.cycle(questions)
    done = 0

    async def ask_on() -> None:
        nonlocal done
        while time.monotonic() < ends:
            reply = await client.get("/v1/search", params={"q": next(turns)})
            reply.raise_for_status()
            done += 1

    await asyncio.gather(*(ask_on() for _ in range(AT_ONCE)))
    return done / ALONE_S


async def ask_steadily(
    client: httpx.AsyncClient, questions: list[str], rate: float, seen: Seen, stop: asyncio.Event
) -> None:
    """Send requests at this rate, whether or not earlier ones have been answered."""
    running: set[asyncio.Task[None]] = set()
    began = time.monotonic()
    for number, question in enumerate(itertools.cycle(questions)):
        if stop.is_set():
            break
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        task = asyncio.create_task(_send(client, number, question, seen))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)


async def _send(client: httpx.AsyncClient, number: int, question: str, seen: Seen) -> None:
    began = time.monotonic()
    try:
        if number % ASK_EVERY == 0:
            reply = await client.post("/v1/ask", json={"question": question})
        elif number % ASK_EVERY == 1:
            reply = await client.get("/v1/search", params={"q": QUERY})
        else:
            reply = await client.get("/v1/search", params={"q": question})
    except httpx.HTTPError as error:
        seen.wrong.append(repr(error))
        return
    seen.replies += 1
    seen.milliseconds.append(1000 * (time.monotonic() - began))
    if reply.status_code != httpx.codes.OK:
        seen.wrong.append(f"{reply.status_code} {reply.text[:100]}")
        return
    plain = reply.json()
    for hit in plain.get("hits", ()):
        if hit["doc_id"] == CHANGING:
            seen.quoted.append((plain["index"]["generation"], hit["text"]))


async def reindex(
    client: httpx.AsyncClient, corpus: Path, runs: int, seen: Seen, resident: Callable[[], float]
) -> None:
    """Change the document and index it again, so many times in a row."""
    for run in range(1, runs + 1):
        write_version(corpus, run)
        job = (await client.post("/v1/index")).json()
        while job["state"] not in {"done", "failed"}:
            await asyncio.sleep(0.1)
            job = (await client.get(f"/v1/jobs/{job['id']}")).json()
        if job["state"] == "failed":
            seen.wrong.append(f"run {run}: {job['errors']}")
            return
        seen.version_of[job["generation"]] = run
        seen.resident[run] = resident()


async def measured(server: subprocess.Popen[bytes], corpus: Path, runs: int) -> tuple[float, Seen]:
    """Return the rate that was asked at, and what came back."""
    questions = [question.question for question in load_questions(QUESTIONS)]
    seen = Seen(version_of={1: 0})
    limits = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{PORT}", timeout=60, limits=limits
    ) as client:
        rate = max(LEAST_RATE, await sustained(client, questions) / 2)
        stop = asyncio.Event()
        asking: Awaitable[None] = asyncio.create_task(
            ask_steadily(client, questions, rate, seen, stop)
        )
        await reindex(client, corpus, runs, seen, lambda: resident_mb(server.pid))
        stop.set()
        await asking
    return rate, seen


@click.command()
@click.option("--runs", default=100, show_default=True, type=click.IntRange(1))
def main(runs: int) -> None:
    """Print what was asked, what was wrong, and what the server held."""
    with tempfile.TemporaryDirectory(prefix="fundstelle-reindexing-") as name:
        corpus, index = Path(name) / "corpus", Path(name) / "index"
        shutil.copytree(Settings.load().corpus[0], corpus)
        write_version(corpus, 0)
        bring_up_to_date(Settings.load(corpus=(corpus,), index=index))
        given = ["serve", "--corpus", str(corpus), "--index", str(index), "--port", str(PORT)]
        server = subprocess.Popen(  # noqa: S603  our own interpreter and module
            [sys.executable, "-m", "api", *given],
            env={**os.environ, "FUNDSTELLE_ASKS_PER_MINUTE": "0"},
            stdout=subprocess.DEVNULL,
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=30) as client:
                wait_until_ready(client)
            rate, seen = asyncio.run(measured(server, corpus, runs))
        finally:
            server.terminate()
            server.wait()
    _report(rate, seen)


def _report(rate: float, seen: Seen) -> None:
    p50, p95 = np.percentile(seen.milliseconds, [50, 95])
    mixed = seen.mixed()
    early, late = seen.resident.get(10), seen.resident[max(seen.resident)]
    click.echo(
        f"{len(seen.resident)} runs, {seen.replies} replies at {rate:.0f} a second, "
        f"{len(seen.quoted)} quotes compared: {len(seen.wrong)} failed, {len(mixed)} mixed\n"
        f"p50 {p50:.0f} ms, p95 {p95:.0f} ms\n"
        f"resident after run 10: {early or late:.0f} MB, after the last: {late:.0f} MB"
    )
    for wrong in [*seen.wrong, *mixed][:10]:
        click.echo(wrong, err=True)
    if seen.wrong or mixed:
        raise SystemExit(1)


if __name__ == "__main__":
    sys.exit(main())
