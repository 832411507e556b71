"""Vectors of the sentences in each passage, in one byte a place: at most 4 KB for a passage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer.arrays import MappedRows, read
from indexer.blocks import Checks, trusted
from indexer.errors import IndexDamaged

# 10 · 384 bytes; a passage of more sentences has vectors of neighbouring ones together.
MAX_UNITS = 10
VECTORS_FILE, STARTS_FILE = "sentences.npy", "sentence_starts.npy"


class SentenceVectors:
    """The units of passage r are rows starts[r] to starts[r + 1]."""

    def __init__(self, vectors: MappedRows, starts: np.ndarray) -> None:
        self._vectors = vectors
        self._starts = starts

    @classmethod
    def load(cls, folder: Path, checks: Checks = trusted) -> SentenceVectors:
        """Map the vectors into memory; raises IndexDamaged, naming the file.

        The same is raised later, where vectors are found damaged when they are first read.
        """
        vectors = MappedRows(folder / VECTORS_FILE, checks)
        starts = read(folder / STARTS_FILE, checks)
        if len(starts) == 0 or starts[-1] != len(vectors):
            raise IndexDamaged(f"{folder / STARTS_FILE} does not fit {VECTORS_FILE}")
        return cls(vectors, starts)

    @staticmethod
    def save(
        folder: Path,
        units: Sequence[np.ndarray],
        dimension: int,
        kept: Sequence[tuple[SentenceVectors, np.ndarray]] = (),
    ) -> None:
        """Write each passage's (U, D) int8 units, in the order of rows.

        Args:
            kept: those of other segments and (R,) bool, which of their rows stand before these.
        """
        counts = [np.diff(other._starts)[rows] for other, rows in kept]
        counts.append(np.array([len(one) for one in units], np.int64))
        copied = [other._of(rows) for other, rows in kept]
        vectors = np.concatenate([np.empty((0, dimension), np.int8), *copied, *units])
        np.save(folder / VECTORS_FILE, vectors)
        np.save(folder / STARTS_FILE, np.cumsum(np.concatenate([[0], *counts]), dtype=np.int64))

    def __len__(self) -> int:
        return len(self._starts) - 1

    def units(self, row: int) -> np.ndarray:
        """(U, D) int8, as they were saved."""
        return self._vectors.between(self._starts[row], self._starts[row + 1])

    def _of(self, rows: np.ndarray) -> np.ndarray:
        """(V, D) int8: all units of (R,) bool rows, in their order."""
        every = self._vectors.between(0, len(self._vectors))
        return np.asarray(every[np.repeat(rows, np.diff(self._starts))])

    def cosines(self, row: int, query: np.ndarray) -> np.ndarray:
        """Return the query's cosine to each unit of a passage, (U,) float32.

        Args:
            query: (D,) float32 of unit length.
        """
        return _cosines(self.units(row), query)

    def best(self, rows: np.ndarray, query: np.ndarray) -> np.ndarray:
        """Return the query's highest cosine to a unit of each passage, (len(rows),) float32.

        A passage without sentences has 0.
        """
        counts = self._starts[rows + 1] - self._starts[rows]
        best = np.zeros(len(rows), np.float32)
        some = np.flatnonzero(counts)
        if not len(some):
            return best
        units = self._vectors.runs(self._starts[rows[some]], counts[some])
        firsts = np.cumsum(counts[some]) - counts[some]
        best[some] = np.maximum.reduceat(_cosines(units, query), firsts)
        return best


def compressed(vectors: np.ndarray) -> np.ndarray:
    """Return (N, D) unit vectors as int8: only the direction is kept, to about 1 in 100."""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    return np.asarray(np.rint(vectors * (127 / np.maximum(largest, 1e-9))), np.int8)


def _cosines(units: np.ndarray, query: np.ndarray) -> np.ndarray:
    plain = units.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", plain, plain))
    return np.asarray((plain @ query) / np.maximum(lengths, 1e-9), np.float32)
