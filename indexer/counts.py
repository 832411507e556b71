"""How many passages of all segments hold a term, all of them or those that may be known of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.postings import Postings


@dataclass(frozen=True, slots=True)
class Among:
    """The passages that count, per segment; made once for a question."""

    counts: list[np.ndarray]  # (R,) bool
    others: list[np.ndarray]  # int64, the rows that do not, ascending


class Counts:
    """Document frequencies over several segments."""

    def __init__(self, parts: Sequence[Postings]) -> None:
        self._parts = parts
        self.firsts = np.cumsum([0, *(len(part) for part in parts)])

    def among(self, rows: np.ndarray | None) -> Among | None:
        """Take (N,) bool, True for rows that count; None counts all."""
        if rows is None:
            return None
        counts = np.split(rows, self.firsts[1:-1])
        return Among(counts, [np.flatnonzero(~own) for own in counts])

    def of(self, wanted: np.ndarray, among: Among | None = None) -> np.ndarray:
        """(len(wanted),) int64: how many passages hold each of these keys."""
        counts = np.zeros(len(wanted), np.int64)
        for segment, part in enumerate(self._parts):
            places = part.find(wanted)
            counts += part.held(places)
            if among is not None:
                own, others = among.counts[segment], among.others[segment]
                for number in np.flatnonzero(places >= 0).tolist():
                    rows, _ = part.of(int(places[number]))
                    counts[number] -= _without(rows, own, others)
        return counts

    def standing(self, wanted: np.ndarray) -> np.ndarray:
        """The keys that any passage holds."""
        return np.asarray(wanted[self.of(wanted) > 0])


def _without(rows: np.ndarray, counts: np.ndarray, others: np.ndarray) -> int:
    """How many of the rows do not count; looks at whichever are fewer."""
    if len(rows) <= len(others):
        return int((~counts[rows]).sum())
    places = np.minimum(np.searchsorted(rows, others), len(rows) - 1)
    return int((rows[places] == others).sum())
