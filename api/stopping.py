"""Tells the app that the process is to end, while requests in progress still run."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


@contextmanager
def told_to_stop(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` on the running event loop as soon as the server gets a signal to end.

    The server says it to the app only when all replies have ended, and a stream of events does not
    end by itself. Where nobody handles the signals (the app runs in a test), nothing is done.
    """
    loop = asyncio.get_running_loop()
    handled: dict[int, Callable[[int, FrameType | None], Any]] = {}

    def told(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop)
        handled[number](number, frame)

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            handler = signal.getsignal(number)
            if callable(handler):
                handled[number] = handler
                signal.signal(number, told)
    try:
        yield
    finally:
        for signalled, handler in handled.items():
            signal.signal(signalled, handler)
