"""The same questions in this process: what the service would do without HTTP around it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from api.answering import search
from api.engine import Engine
from api.filters import NO_FILTERS
from api.in_force import InForce
from api.routes.host import CALLS_AT_ONCE
from indexer.encoder import Encoder, load_encoder
from indexer.settings import DEFAULT_K, Settings
from indexer.text.language import question_language

BATCH = 32  # questions that are encoded at once


class _Known(Encoder):
    """Has the vectors of a batch of questions before they are searched."""

    def __init__(self, encoder: Encoder) -> None:
        vars(self).update(vars(encoder))
        self.vectors: dict[str, np.ndarray] = {}
        self.encoded: list[str] = []  # what a question became when its slips were put right

    def encode_query(self, query: str) -> np.ndarray:
        self.encoded.append(query)
        known = self.vectors.get(query)
        return super().encode_query(query) if known is None else known


def searches_per_second(settings: Settings, questions: Sequence[str], seconds: float) -> float:
    """Search all questions, again and again, each batch encoded at once; no threads of ours."""
    encoder = load_encoder(settings.encoder, threads=settings.threads)
    snapshot = InForce(settings, encoder.fingerprint).snapshot
    known = _Known(encoder)

    def searched(question: str) -> None:
        language = question_language(question)
        search(
            snapshot,
            known,
            question,
            language=language,
            k=DEFAULT_K,
            offset=0,
            filters=NO_FILTERS,
        )

    for question in questions:  # warms up, and tells what each is encoded as
        searched(question)
    encoded = dict(zip(questions, known.encoded, strict=True))
    done, began = 0, time.perf_counter()
    for batch in _batches(questions):
        texts = [encoded[question] for question in batch]
        known.vectors = dict(zip(texts, encoder.encode_passages(texts), strict=True))
        for question in batch:
            searched(question)
        done += len(batch)
        if time.perf_counter() - began > seconds:
            break
    return done / (time.perf_counter() - began)


def asks_per_second(
    settings: Settings, questions: Sequence[str], seconds: float
) -> tuple[float, float]:
    """Ask one question after the other, and then as many at once as the service does."""
    engine = Engine.open(settings)
    for question in questions[:BATCH]:
        engine.ask(question)
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(CALLS_AT_ONCE) as several:
        rates = [_asked(engine, pool, questions, seconds) for pool in (one, several)]
    return rates[0], rates[1]


def _asked(
    engine: Engine, pool: ThreadPoolExecutor, questions: Sequence[str], seconds: float
) -> float:
    done, began = 0, time.perf_counter()
    for batch in _batches(questions):
        done += len(list(pool.map(engine.ask, batch)))
        if time.perf_counter() - began > seconds:
            break
    return done / (time.perf_counter() - began)


def _batches(questions: Sequence[str]) -> Iterator[Sequence[str]]:
    """All questions in order, again and again."""
    while True:
        for first in range(0, len(questions), BATCH):
            yield questions[first : first + BATCH]
