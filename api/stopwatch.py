"""How long each stage of an answer takes, for whoever measures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")


class Stopwatch:
    """Adds up milliseconds by stage; one request has its own."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}
        self.batches: list[int] = []  # questions in each batch that was encoded by this request

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what is done inside; a stage that comes twice is added up."""
        began = time.perf_counter()
        try:
            yield
        finally:
            taken = 1000 * (time.perf_counter() - began)
            self.milliseconds[name] = self.milliseconds.get(name, 0.0) + taken


# A context variable, so that whatever works for a request can tell, and no function needs to hand
# it on that has nothing to tell itself.
_running: ContextVar[Stopwatch | None] = ContextVar("stopwatch", default=None)


def running() -> Stopwatch:
    """The stopwatch of the request that is worked for; outside of one, one that nobody reads."""
    return _running.get() or Stopwatch()


def timed(watch: Stopwatch, work: Callable[[], T]) -> T:
    """Work with this stopwatch running."""
    before = _running.set(watch)
    try:
        return work()
    finally:
        _running.reset(before)
