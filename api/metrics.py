"""What is counted about the service: here for this process, in a table for all of them together."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from bisect import bisect_left
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass

from anyio.to_thread import run_sync

from api.answers import Answer
from api.shared_state import SharedState
from api.stopwatch import Stopwatch
from indexer.errors import DataUnavailable

WRITE_EVERY_S = 1.0
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
QUESTIONS = (1.0, 2.0, 4.0, 8.0, 16.0)
_ADD = (
    "INSERT INTO metrics (series, labels, value) VALUES (?, ?, ?) "
    "ON CONFLICT (series, labels) DO UPDATE SET value = value + excluded.value"
)
_log = logging.getLogger("fundstelle")

Key = tuple[str, tuple[str, ...]]  # a series and the values of its labels
Values = dict[Key, float]


@dataclass(frozen=True, slots=True)
class Measure:
    """A counter, or with upper bounds of its buckets a histogram."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()


REQUESTS = Measure("fundstelle_requests", "Requests.", ("method", "route", "status"))
REQUEST_SECONDS = Measure(
    "fundstelle_request_seconds", "From a request's head to its reply's end.", ("route",), SECONDS
)
STAGE_SECONDS = Measure(
    "fundstelle_stage_seconds", "What a question spends in each stage.", ("stage",), SECONDS
)
ANSWERS = Measure("fundstelle_answers", "Questions by outcome.", ("outcome", "refusal"))
BATCHES = Measure(
    "fundstelle_encoder_batch_questions", "Questions that were encoded together.", (), QUESTIONS
)
MEASURES = (REQUESTS, REQUEST_SECONDS, STAGE_SECONDS, ANSWERS, BATCHES)


class Metrics:
    """One per process; safe from any thread."""

    def __init__(self, state: SharedState) -> None:
        self._state = state
        self._own: Values = defaultdict(float)  # not in the table yet
        self._counting = threading.Lock()
        self._writing = threading.Lock()

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        with self._counting:
            self._add(REQUESTS, (method, route, str(status)))
            self._observe(REQUEST_SECONDS, (route,), seconds)

    def worked(self, watch: Stopwatch, result: object) -> None:
        """Count what a request had the engine do."""
        with self._counting:
            for stage, milliseconds in watch.milliseconds.items():
                self._observe(STAGE_SECONDS, (stage,), milliseconds / 1000)
            for questions in watch.batches:
                self._observe(BATCHES, (), questions)
            if isinstance(result, Answer):
                outcome = "answered" if result.answered else "refused"
                self._add(ANSWERS, (outcome, result.refusal or ""))

    def write(self) -> None:
        """Add what was counted here to the table; raises DataUnavailable, and then keeps it."""
        with self._writing:
            with self._counting:
                own, self._own = self._own, defaultdict(float)
            if not own:
                return
            try:
                # A power cut may cost a second of counting: nothing waits for the disk.
                with self._state.writing(durable=False) as execute:
                    for (series, labels), value in own.items():
                        execute(_ADD, (series, json.dumps(labels), value))
            except BaseException:
                with self._counting:
                    for key, value in own.items():
                        self._own[key] += value
                raise

    def values(self) -> Values:
        """What all processes have counted; only this one where the table cannot be used.

        Whichever process is asked, no value is ever less than one that another has told: only
        what stands in the table is told, and what was counted here is written first.
        """
        try:
            self.write()
            rows = self._state.read("SELECT series, labels, value FROM metrics")
        except DataUnavailable:
            with self._counting:
                return dict(self._own)
        return {(series, tuple(json.loads(labels))): value for series, labels, value in rows}

    async def keep_writing(self) -> None:
        """Write about once a second; runs until cancelled, and then writes what is left."""
        said = ""
        try:
            while True:
                await asyncio.sleep(WRITE_EVERY_S)
                try:
                    await run_sync(self.write)
                    said = ""
                except DataUnavailable as error:
                    if str(error) != said:
                        _log.warning("metrics are of this process only: %s", error)
                    said = str(error)
        finally:
            with suppress(DataUnavailable):
                await run_sync(self.write)

    def _add(self, measure: Measure, labels: tuple[str, ...], by: float = 1.0) -> None:
        self._own[measure.name + "_total", labels] += by

    def _observe(self, measure: Measure, labels: tuple[str, ...], value: float) -> None:
        place = bisect_left(measure.bounds, value)
        bound = str(measure.bounds[place]) if place < len(measure.bounds) else "+Inf"
        self._own[measure.name + "_bucket", (*labels, bound)] += 1
        self._own[measure.name + "_sum", labels] += value
