"""Questions that are asked at the same time are encoded together, and nobody's answer shows it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from pydantic_core import to_jsonable_python

from api.batching import MOST, Together
from api.engine import Engine
from api.stopwatch import Stopwatch, timed
from indexer.encoder import Encoder, Model

WITHIN_S = 60.0
QUESTIONS = [
    "Wer war 2023 Partnerland der SCCON?",
    "Was ist die Kiezbox?",
    "When did the Senate adopt the strategy “Gemeinsam Digital: Berlin”?",
    "Wo?",
    "What does the Smart City Index compare?",
    "Wie viele Maßnahmen hat die Strategie, und wer ist für sie verantwortlich?",
]


class Gate(Together):
    """Holds each batch until it is let through."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(encoder)
        self.batches: list[list[str]] = []
        self.begun, self.go_on = threading.Semaphore(0), threading.Semaphore(0)

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        self.batches.append(list(texts))
        self.begun.release()
        assert self.go_on.acquire(timeout=WITHIN_S)
        if "Unsinn" in texts:
            raise ValueError("nobody can encode this")
        return super().encode_passages(texts)


class SentenceTransformersLike:
    """A model that does not say that company changes nothing."""

    def __init__(self, model: Model) -> None:
        self.window, self.dimension = model.window, model.dimension
        self.lengths, self.vectors = model.lengths, model.vectors


@pytest.fixture
def gate(encoder: Encoder) -> Gate:
    return Gate(encoder)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2 * MOST) as threads:
        yield threads


def asked(
    gate: Gate, threads: ThreadPoolExecutor, questions: Sequence[str]
) -> list[Future[np.ndarray]]:
    """Ask while the first batch is encoded, in order."""
    found = []
    for place, question in enumerate(questions):
        found.append(threads.submit(gate.encode_query, question))
        if place == 0:
            assert gate.begun.acquire(timeout=WITHIN_S)
        else:
            wait_until_queued(gate, place)
    return found


def wait_until_queued(gate: Gate, count: int) -> None:
    until = time.monotonic() + WITHIN_S
    while len(gate._queue) != count:
        assert time.monotonic() < until, "the question is not in the queue"
        time.sleep(0.001)


def test_who_comes_while_the_encoder_works_is_encoded_with_all_others_who_wait(
    gate: Gate, threads: ThreadPoolExecutor, encoder: Encoder
) -> None:
    found = asked(gate, threads, QUESTIONS)
    gate.go_on.release(2)
    for question, future in zip(QUESTIONS, found, strict=True):
        np.testing.assert_array_equal(
            future.result(WITHIN_S), encoder.encode_query(question), question
        )
    assert gate.batches == [QUESTIONS[:1], QUESTIONS[1:]]


def test_nobody_waits_for_company(gate: Gate) -> None:
    gate.go_on.release()
    assert gate.encode_query("Was ist die Kiezbox?").shape == (gate.dimension,)
    assert gate.batches == [["Was ist die Kiezbox?"]]


def test_a_batch_has_a_limit_and_who_came_first_goes_first(
    gate: Gate, threads: ThreadPoolExecutor
) -> None:
    questions = [f"Was kostet Nummer {number}?" for number in range(MOST + 3)]
    found = asked(gate, threads, questions)
    gate.go_on.release(3)
    for future in found:
        future.result(WITHIN_S)
    assert gate.batches == [questions[:1], questions[1 : MOST + 1], questions[MOST + 1 :]]


def test_where_company_would_change_a_vector_each_question_stays_alone(
    encoder: Encoder, threads: ThreadPoolExecutor
) -> None:
    padding = Together(encoder)
    padding._model = SentenceTransformersLike(padding._model)
    gate = Gate(padding)
    found = asked(gate, threads, QUESTIONS)
    gate.go_on.release(len(QUESTIONS))
    for future in found:
        future.result(WITHIN_S)
    assert gate.batches == [[question] for question in QUESTIONS]


def test_an_error_is_that_of_the_question_that_made_it(
    gate: Gate, threads: ThreadPoolExecutor, encoder: Encoder
) -> None:
    good, bad, also_good = asked(gate, threads, ["Was?", "Unsinn", "Wer?"])
    gate.go_on.release(4)  # the pair fails, then each alone
    with pytest.raises(ValueError, match="nobody can encode this"):
        bad.result(WITHIN_S)
    np.testing.assert_array_equal(good.result(WITHIN_S), encoder.encode_query("Was?"))
    np.testing.assert_array_equal(also_good.result(WITHIN_S), encoder.encode_query("Wer?"))
    gate.go_on.release()  # and the next one is served
    assert gate.encode_query("Wo?").shape == (gate.dimension,)


def test_the_batches_are_told_by_whoever_encoded_them(
    gate: Gate, threads: ThreadPoolExecutor
) -> None:
    watches = [Stopwatch() for _ in QUESTIONS]
    gate.go_on.release(100)
    for question, watch in zip(QUESTIONS, watches, strict=True):
        threads.submit(timed, watch, lambda question=question: gate.encode_query(question)).result()
    assert [watch.batches for watch in watches] == [[1]] * len(QUESTIONS)


def plain(answer: object) -> dict[str, Any]:
    """An answer without what is different each time."""
    value: dict[str, Any] = to_jsonable_python(answer)
    del value["took_ms"]
    value.pop("id", None)
    return value


def test_an_answer_does_not_depend_on_who_asks_at_the_same_time(engine: Engine) -> None:
    alone = [plain(engine.ask(question)) for question in QUESTIONS]
    found = [plain(engine.search(question, k=50)) for question in QUESTIONS]
    with ThreadPoolExecutor(len(QUESTIONS)) as threads:
        for _ in range(3):
            together = [plain(one) for one in threads.map(engine.ask, QUESTIONS)]
            assert json.dumps(together) == json.dumps(alone)
            searched = threads.map(lambda question: engine.search(question, k=50), QUESTIONS)
            assert json.dumps([plain(one) for one in searched]) == json.dumps(found)
