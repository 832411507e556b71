"""Which passages of two language versions of one text are each other's translation."""

from __future__ import annotations

from functools import cache

import numpy as np

from indexer.document_table import DocumentTable
from indexer.joined import Vectors

# Each is the other's nearest of that document, and at least so near: sections that one version
# lacks have a nearest passage, too.
SAME_IN_TRANSLATION = 0.6


class Versions:
    """Pairs passages of documents that the front matter ties; computed when first asked for."""

    def __init__(
        self, table: DocumentTable, starts: np.ndarray, documents: np.ndarray, vectors: Vectors
    ) -> None:
        """Take the documents, (D + 1,) first rows of each, and (N,) numbers by row."""
        self._table = table
        self._starts = starts
        self._documents = documents
        self._vectors = vectors
        self._pairs = cache(self._paired)

    def texts(self, rows: np.ndarray) -> np.ndarray:
        """(R,) int64: equal where the front matter ties the documents of two rows, -1: untied."""
        return np.asarray(self._table.version[self._documents[rows]])

    def same(self, one: int, other: int) -> bool:
        """Whether two rows hold the same passage in two languages."""
        first, second = sorted((one, other))
        a, b = int(self._documents[first]), int(self._documents[second])
        version, language = self._table.version, self._table.language
        if version[a] < 0 or version[a] != version[b] or language[a] == language[b]:
            return False
        return (first, second) in self._pairs(a, b)

    def _paired(self, one: int, other: int) -> frozenset[tuple[int, int]]:
        """The pairs of rows of two documents, by mutually nearest vectors."""
        rows = [np.arange(self._starts[n], self._starts[n + 1]) for n in (one, other)]
        cosines = self._vectors.vectors(rows[0]) @ self._vectors.vectors(rows[1]).T
        there, back = cosines.argmax(axis=1), cosines.argmax(axis=0)
        return frozenset(
            (int(rows[0][place]), int(rows[1][nearest]))
            for place, nearest in enumerate(there)
            if back[nearest] == place and cosines[place, nearest] >= SAME_IN_TRANSLATION
        )
