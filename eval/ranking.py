"""Measures of a dense ranking, question by question, and the interval that holds their mean.

A ranking is never written out: a question's measures follow from the ranks of its relevant texts
alone. A test holds them equal to those of `ir_measures`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np

RESAMPLES = 1000
SEED = 0


def ranks_of_relevant(
    questions: np.ndarray, pool: np.ndarray, relevant: Sequence[Collection[int]]
) -> list[np.ndarray]:
    """Rank the whole pool for each question by inner product; equal scores in the pool's order.

    Args:
        questions: (Q, D), rows of unit length, so that the inner product is the cosine.
        pool: (P, D), likewise.
        relevant: per question, the rows of `pool` that are relevant, at least one.

    Returns:
        Per question the ranks of its relevant texts, from 1, ascending.
    """
    order = np.arange(len(pool))
    ranks = []
    for scores, rows in zip(questions @ pool.T, relevant, strict=True):
        own = np.array(sorted(rows))[:, None]
        before = (scores > scores[own]) | ((scores == scores[own]) & (order < own))
        ranks.append(np.sort(1 + before.sum(axis=1)))
    return ranks


def ndcg_at_10(ranks: np.ndarray) -> float:
    """Return nDCG@10 of one question: trec_eval's ndcg_cut, all gains 1."""
    ideal = np.arange(1, min(len(ranks), 10) + 1)
    return float((1 / np.log2(ranks[ranks <= 10] + 1)).sum() / (1 / np.log2(ideal + 1)).sum())


def average_precision(ranks: np.ndarray) -> float:
    """Return the mean of the precision at each relevant text, over the whole ranking."""
    return float((np.arange(1, len(ranks) + 1) / ranks).mean())


def found_first(ranks: np.ndarray) -> float:
    """Return 1 where the first text is relevant, else 0: its mean is the accuracy."""
    return float(ranks[0] == 1)


def spearman(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return Spearman's correlation of each row of two (N, M) arrays, N figures in [-1, 1].

    Equal values share the mean of their ranks; a row of nothing but equal values scores 0.
    """
    from scipy.stats import rankdata

    x, y = (rankdata(values, axis=1) for values in (found, wanted))
    x, y = (values - values.mean(axis=1, keepdims=True) for values in (x, y))
    spread = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    shared = (x * y).sum(axis=1)
    return np.asarray(np.divide(shared, spread, out=np.zeros(len(x)), where=spread > 0))


def bootstrap(count: int, statistic: Callable[[np.ndarray], np.ndarray]) -> tuple[float, float]:
    """Return the interval that holds a statistic of `count` questions with 95 % confidence.

    Percentiles over questions drawn again with replacement (Efron 1979), always the same draws.

    Args:
        statistic: from rows of question numbers, (RESAMPLES, count), to a figure for each row.
    """
    drawn = np.random.default_rng(SEED).integers(0, count, (RESAMPLES, count))
    low, high = np.percentile(statistic(drawn), [2.5, 97.5])
    return float(low), float(high)
