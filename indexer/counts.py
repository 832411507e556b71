"""How many passages of all segments hold a term, all of them or those that may be known of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.postings import Postings

BITS_PER_KEY = 8  # one key in eight that is not there may pass


@dataclass(frozen=True, slots=True)
class Among:
    """The passages that count, per segment; made once for a question."""

    counts: list[np.ndarray]  # (R,) bool
    others: list[np.ndarray]  # int64, the rows that do not, ascending


class Sieve:
    """Tells at once of most keys that they are not among those it was made of (Bloom 1970).

    A slip has a thousand neighbours in spelling, of which hardly any is a word.
    """

    def __init__(self, keys: Sequence[np.ndarray]) -> None:
        """Take (T,) uint64 keys, which are hashes already: their first bits say the place."""
        places = BITS_PER_KEY * sum(map(len, keys))
        self._shift = np.uint64(64 - max(3, places.bit_length()))
        bits = np.zeros(1 << (64 - int(self._shift)), bool)
        for some in keys:
            bits[some >> self._shift] = True
        self._bits = np.packbits(bits, bitorder="little")

    def may_hold(self, keys: np.ndarray) -> np.ndarray:
        """(len(keys),) bool: False only for keys that it was not made of."""
        places = keys >> self._shift
        bits = self._bits[places >> np.uint64(3)] >> (places & np.uint64(7)).astype(np.uint8)
        return np.asarray(bits & 1, bool)


class Counts:
    """Document frequencies over several segments."""

    def __init__(self, parts: Sequence[Postings]) -> None:
        self._parts = parts
        self._sieve = Sieve([part.terms for part in parts])
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
        likely = self._sieve.may_hold(wanted)
        if likely.any():
            counts[likely] = self._found(wanted[likely], among)
        return counts

    def _found(self, wanted: np.ndarray, among: Among | None) -> np.ndarray:
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
