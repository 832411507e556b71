"""What a benchmark's vectors amount to: figures with their interval, beside the project's goals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from eval.benchmarks import ACCURACY, AP, NDCG, Benchmark, Search, Similarity, Translation
from eval.ranking import (
    average_precision,
    bootstrap,
    found_first,
    ndcg_at_10,
    ranks_of_relevant,
    spearman,
)

MEASURES = {NDCG: ndcg_at_10, AP: average_precision, ACCURACY: found_first}
GOALS = {
    "xquad de→de": 0.93,
    "xquad en→en": 0.945,
    "xquad de→en": 0.92,
    "xquad en→de": 0.92,
    "xquad-r de→de+en": 0.74,
    "xquad-r en→de+en": 0.74,
    "tatoeba mean": 0.97,
    "stsb de": 0.80,
    "faq de→de": 0.72,
    "faq en→en": 0.72,
    "faq de→en": 0.70,
    "faq en→de": 0.70,
}

Vectors = Callable[[Sequence[str]], np.ndarray]  # N texts -> (N, D), rows of unit length


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure of one encoder."""

    name: str
    measure: str
    questions: int  # or pairs
    value: float
    interval: tuple[float, float]  # 95 %, bootstrap over the questions
    goal: float | None

    @property
    def reached(self) -> bool | None:
        return None if self.goal is None else self.value >= self.goal


def figures(benchmark: Benchmark, vectors: Vectors) -> list[Figure]:
    """Measure one benchmark: one figure, or both directions of a translation and their mean."""
    match benchmark:
        case Search():
            values = _per_question(benchmark, vectors)
            return [_mean(benchmark.name, benchmark.measure, values)]
        case Translation(name, there, back):
            ways = [_per_question(way, vectors) for way in (there, back)]
            return [
                _mean(there.name, ACCURACY, ways[0]),
                _mean(back.name, ACCURACY, ways[1]),
                _mean(f"{name} mean", ACCURACY, (ways[0] + ways[1]) / 2),
            ]
        case Similarity(name, first, second, scores):
            cosine = (vectors(first) * vectors(second)).sum(axis=1)
            gold = np.array(scores)
            return [
                _figure(
                    name, "Spearman", len(gold), lambda drawn: spearman(cosine[drawn], gold[drawn])
                )
            ]


def _per_question(search: Search, vectors: Vectors) -> np.ndarray:
    ranks = ranks_of_relevant(vectors(search.questions), vectors(search.pool), search.relevant)
    return np.array([MEASURES[search.measure](one) for one in ranks])


def _mean(name: str, measure: str, values: np.ndarray) -> Figure:
    return _figure(name, measure, len(values), lambda drawn: values[drawn].mean(axis=1))


def _figure(
    name: str, measure: str, count: int, statistic: Callable[[np.ndarray], np.ndarray]
) -> Figure:
    return Figure(
        name=name,
        measure=measure,
        questions=count,
        value=float(statistic(np.arange(count)[None])[0]),
        interval=bootstrap(count, statistic),
        goal=GOALS.get(name),
    )
