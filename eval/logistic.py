"""Logistic regression whose weights may only point the way that their feature's meaning does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

RIDGE = 1e-3


def fit(
    values: np.ndarray, labels: np.ndarray, names: Sequence[str], against: Collection[str]
) -> np.ndarray:
    """Return bias and weights, (1 + F,) float64.

    Args:
        values: (N, F).
        labels: (N,) bool.
        against: names whose weights are at most 0; all others are at least 0.
    """

    def loss(weights: np.ndarray) -> float:
        z = weights[0] + values @ weights[1:]
        return float(np.mean(np.logaddexp(0, z) - labels * z) + RIDGE * np.sum(weights[1:] ** 2))

    bounds = [(None, None), *((None, 0) if name in against else (0, None) for name in names)]
    start = np.zeros(values.shape[1] + 1)
    return np.asarray(minimize(loss, start, bounds=bounds, method="L-BFGS-B").x)


def fit_within(
    values: np.ndarray,
    labels: np.ndarray,
    groups: np.ndarray,
    names: Sequence[str],
    against: Collection[str],
) -> np.ndarray:
    """Return weights, (F,), that set the right rows of each group before its wrong ones.

    Conditional logit (McFadden 1974): the log of the right rows' share of the softmax over their
    group. What only tells groups apart gets no weight by it. Groups without a right and a wrong
    row say nothing.
    """
    order = np.argsort(groups, kind="stable")
    values, labels, groups = values[order], labels[order], groups[order]
    starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
    sizes = np.diff(np.r_[starts, len(groups)])
    right = np.add.reduceat(labels.astype(float), starts)
    telling = (right > 0) & (right < sizes)
    kept = np.repeat(telling, sizes)
    values, labels = values[kept], labels[kept]
    starts = np.cumsum(np.r_[0, sizes[telling][:-1]])

    def loss(weights: np.ndarray) -> float:
        scores = values @ weights
        highest = np.repeat(np.maximum.reduceat(scores, starts), sizes[telling])
        shares = np.exp(scores - highest)
        found = np.add.reduceat(shares * labels, starts) / np.add.reduceat(shares, starts)
        return float(-np.log(np.maximum(found, 1e-12)).mean() + RIDGE * np.sum(weights**2))

    bounds = [(None, 0) if name in against else (0, None) for name in names]
    return np.asarray(minimize(loss, np.zeros(len(names)), bounds=bounds, method="L-BFGS-B").x)


def held_out(
    values: np.ndarray,
    labels: np.ndarray,
    groups: np.ndarray,
    folds: int,
    fitted: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> np.ndarray:
    """Return each row's probability by weights fitted without its fold; a group is in one fold."""
    _, numbers = np.unique(groups, return_inverse=True)
    fold = np.random.default_rng(0).integers(0, folds, int(numbers.max()) + 1)[numbers]
    probabilities = np.zeros(len(labels))
    for k in range(folds):
        weights = fitted(values[fold != k], labels[fold != k])
        probabilities[fold == k] = expit(weights[0] + values[fold == k] @ weights[1:])
    return probabilities
