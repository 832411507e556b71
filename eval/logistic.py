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
