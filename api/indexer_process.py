"""One run of the indexer in a process of its own, so that answering never waits."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from indexer.settings import Settings

WAIT_S = 600  # for another process that writes the same index
MAX_REASON_CHARS = 2_000
STOP_WITHIN_S = 5.0
PROGRESS_EVERY_S = 0.1  # what comes meanwhile waits in the pipe; only the last of it is told
_CHUNK_BYTES = 1 << 16

Progress = Callable[[str, int, int], Awaitable[None]]  # stage, done, total


@dataclass(frozen=True, slots=True)
class Ended:
    """What a run left."""

    code: int
    output: bytes  # the summary, where the code is 0
    said: str  # its last line on stderr that told of no progress: what went wrong, if anything


def index_command(settings: Settings) -> list[str]:
    """Run the indexer on the same folders and index as this process serves."""
    corpus = [part for folder in settings.corpus for part in ("--corpus", str(folder))]
    command = [sys.executable, "-P", "-m", "indexer", "index", "--index", str(settings.index)]
    return [*command, *corpus, "--wait", str(WAIT_S), "--json", "--progress", "json"]


async def run(command: Sequence[str], progress: Progress, inherited: int) -> Ended:
    """Run the indexer to its end; on cancellation it is stopped with its children.

    Where this process is killed, the indexer fails at its next word of progress.

    Args:
        inherited: a descriptor that stays open until the indexer has ended, too.

    Raises:
        OSError: if it cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # so that its own children can be stopped with it
        pass_fds=(inherited,),
    )
    try:
        output, said = await asyncio.gather(
            _read_all(process.stdout), _follow(process.stderr, progress)
        )
        return Ended(await process.wait(), output, said)
    finally:
        await _stop(process)


async def _follow(stream: asyncio.StreamReader | None, progress: Progress) -> str:
    said = ""
    async for lines in _lines(stream):
        latest: tuple[str, int, int] | None = None
        for line in lines:
            try:
                told = json.loads(line)
                latest = str(told["stage"]), int(told["done"]), int(told["total"])
            except (ValueError, TypeError, KeyError):
                said = line.strip()[:MAX_REASON_CHARS] or said
        if latest is not None:
            await progress(*latest)
            await asyncio.sleep(PROGRESS_EVERY_S)
    return said


async def _read_all(stream: asyncio.StreamReader | None) -> bytes:
    return await stream.read() if stream is not None else b""


async def _lines(stream: asyncio.StreamReader | None) -> AsyncIterator[list[str]]:
    """Give all whole lines that have come, split by hand: the stream's own reader limits them."""
    rest = b""
    while stream is not None and (chunk := await stream.read(_CHUNK_BYTES)):
        *lines, rest = (rest + chunk).split(b"\n")
        rest = rest[-_CHUNK_BYTES:]
        yield [line.decode("utf-8", "replace") for line in lines]
    if rest:
        yield [rest.decode("utf-8", "replace")]


async def _stop(process: asyncio.subprocess.Process) -> None:
    """End the process and its children, first politely; nothing happens if it has ended."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), STOP_WITHIN_S)
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
