"""Where the time of a run goes: seconds of CPU, and elapsed ones, of each stage."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from indexer.summary import Seconds

READ, CUT, EMBED, WRITE = "read", "cut", "embed", "write"
BETWEEN = ""  # what belongs to no stage: waiting, naming, publishing


class Stages:
    """Of the thread that makes it; it works on one stage at a time, and only it may say on which.

    CPU of its other threads is the encoder's, that of child processes the readers'.
    """

    def __init__(self) -> None:
        self._cpu_s: dict[str, float] = dict.fromkeys((READ, CUT, EMBED, WRITE, BETWEEN), 0.0)
        self._elapsed_s = dict(self._cpu_s)
        self._stage = BETWEEN
        self._cpu, self._clock = time.thread_time(), time.monotonic()
        self._others, self._children = _others_cpu_s(), _children_cpu_s()

    @contextmanager
    def on(self, stage: str) -> Iterator[None]:
        """Count what is done inside for this stage alone, also where it is part of another."""
        outer = self._stage
        self._turn_to(stage)
        try:
            yield
        finally:
            self._turn_to(outer)

    def seconds(self, encoding_s: float) -> dict[str, Seconds]:
        """What each stage took so far.

        Args:
            encoding_s: elapsed seconds in which the encoder's own thread was at work.
        """
        self._turn_to(self._stage)
        cpu_s, elapsed_s = dict(self._cpu_s), dict(self._elapsed_s)
        # Two clocks that are read one after the other: their difference may shrink.
        cpu_s[EMBED] += max(0.0, _others_cpu_s() - self._others)
        cpu_s[READ] += _children_cpu_s() - self._children
        elapsed_s[EMBED] += encoding_s
        return {
            stage: Seconds(round(cpu_s[stage], 2), round(elapsed_s[stage], 2))
            for stage in (READ, CUT, EMBED, WRITE)
        }

    def _turn_to(self, stage: str) -> None:
        cpu, clock = time.thread_time(), time.monotonic()
        self._cpu_s[self._stage] += cpu - self._cpu
        self._elapsed_s[self._stage] += clock - self._clock
        self._stage, self._cpu, self._clock = stage, cpu, clock


def _others_cpu_s() -> float:
    return time.process_time() - time.thread_time()


def _children_cpu_s() -> float:
    """Of those that have ended."""
    times = os.times()
    return times.children_user + times.children_system
