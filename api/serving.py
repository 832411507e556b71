"""Serves the app: one process, or several that share socket and index, until told to end."""

from __future__ import annotations

import logging
import math
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.supervisors import Multiprocess

from api.logs import configuration
from indexer.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

# A worker that gives no sign of life for so long is replaced. While it loads its models, one that
# shares its cores with others may be silent for seconds.
SILENT_S = 30
# Questions share one interpreter: where each keeps it for Python's usual 5 ms, those whose encoding
# needs it for a moment only wait in turn, and a quarter fewer are answered.
SWITCH_S = 0.0005
_log = logging.getLogger("fundstelle")


def serve(settings: Settings, listening: socket.socket) -> None:
    """Answer on this socket until SIGTERM or SIGINT; replies in progress are finished.

    Raises:
        SystemExit: with 1 if a worker cannot start.
    """
    config = uvicorn.Config(
        partial(worker_app, _of_each_worker(settings)),
        factory=True,
        http="httptools",
        workers=settings.workers,
        log_config=configuration(settings),
        access_log=False,  # its lines hold query strings
        # Whoever stands behind a proxy must not be taken for the proxy, nor the other way round.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=math.ceil(settings.request_timeout_s) + 1,
        timeout_worker_healthcheck=SILENT_S,
    )
    if settings.workers > 1:
        workers = _Workers(config, [listening])
        workers.run()
        if workers.failed:
            sys.exit(1)
        return
    # The server raises the signal again when all is shut down; nothing went wrong.
    with _ending_well(), suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


def worker_app(settings: Settings) -> FastAPI:
    """Make the app in the process that serves it."""
    from api.app import create_app  # the supervisor does without models and engines in memory

    sys.setswitchinterval(SWITCH_S)
    logging.captureWarnings(settings.json_logs)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    return create_app(settings)


class _Workers(Multiprocess):
    """The server's own supervisor; it also says which worker it replaces, and when to give up."""

    def __init__(self, config: uvicorn.Config, sockets: Sequence[socket.socket]) -> None:
        super().__init__(config, list(sockets))
        self.failed = False

    def keep_subprocess_alive(self) -> None:
        before = list(self.processes)
        super().keep_subprocess_alive()
        for old, new in zip(before, self.processes, strict=False):
            if old is not new:
                code = old.process.exitcode or 0
                _log.warning("worker %s ended with %s, %s takes its place", old.pid, code, new.pid)
                # A signal is nobody's fault; one that ends by itself would do so again and again.
                if code > 0:
                    self.failed = True
                    self.should_exit.set()

    def terminate_all(self) -> None:
        for listening in self.sockets:  # else who comes now would wait for nobody
            listening.close()
        super().terminate_all()


def _of_each_worker(settings: Settings) -> Settings:
    """Share the cores: encoder and reader of all workers together take each core once."""
    if settings.workers == 1 or settings.threads:
        return settings
    return replace(settings, threads=max(1, _cores() // settings.workers))


def _cores() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _end_with(parent: BaseProcess) -> None:
    """End as if told to when the supervisor is gone: nobody else would end this process."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def _ending_well() -> Iterator[None]:
    """Exit with 0 on SIGTERM, whenever it comes."""

    def end(number: int, frame: FrameType | None) -> None:
        sys.exit(0)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
