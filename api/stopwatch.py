"""How long each stage of an answer takes, for whoever measures."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Adds up milliseconds by stage; one request has its own."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what is done inside; a stage that comes twice is added up."""
        began = time.perf_counter()
        try:
            yield
        finally:
            taken = 1000 * (time.perf_counter() - began)
            self.milliseconds[name] = self.milliseconds.get(name, 0.0) + taken
