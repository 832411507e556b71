"""The nearest of many vectors, by looking at all of them."""

from __future__ import annotations

import numpy as np

BLOCK = 1_000  # queries that are compared at once

Found = tuple[np.ndarray, np.ndarray]  # (Q, k) float32 cosines, highest first; (Q, k) int64 rows


def nearest(queries: np.ndarray, among: np.ndarray, k: int) -> Found:
    """Compare (Q, D) with (N, D) float32 vectors of unit length; k is at most N."""
    found: list[Found] = []
    for first in range(0, len(queries), BLOCK):
        every = queries[first : first + BLOCK] @ among.T
        rows = np.argpartition(every, -k, axis=1)[:, -k:]
        found.append(_sorted(np.take_along_axis(every, rows, axis=1), rows))
    return np.concatenate([one for one, _ in found]), np.concatenate([rows for _, rows in found])


def best_of(one: Found | None, other: Found, k: int) -> Found:
    """Return the k nearest of both, for the same queries."""
    if one is None:
        return other
    cosines, rows = (np.concatenate(pair, axis=1) for pair in zip(one, other, strict=True))
    cosines, rows = _sorted(cosines, rows)
    return cosines[:, :k], rows[:, :k]


def _sorted(cosines: np.ndarray, rows: np.ndarray) -> Found:
    order = np.argsort(-cosines, axis=1, kind="stable")
    return np.take_along_axis(cosines, order, axis=1), np.take_along_axis(rows, order, axis=1)
