"""Which passages of two language versions of one text are each other's translation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from indexer.joined import Vectors
from indexer.records import DocumentRecord

# Each is the other's nearest of that document, and at least so near: sections that one version
# lacks have a nearest passage, too.
SAME_IN_TRANSLATION = 0.6


class Versions:
    """Pairs passages of documents that the front matter ties; computed when first asked for."""

    def __init__(
        self, records: Sequence[DocumentRecord], documents: np.ndarray, vectors: Vectors
    ) -> None:
        """Take (N,) numbers of the passages' documents, ascending."""
        self._records = records
        self._starts = np.searchsorted(documents, np.arange(len(records) + 1))
        self._documents = documents
        self._vectors = vectors
        self._pairs = cache(self._paired)
        keys = [record.metadata.translation_key for record in records]
        number = {key: place for place, key in enumerate(dict.fromkeys(filter(None, keys)))}
        self._texts = np.array([number.get(key or "", -1) for key in keys], np.int64)

    def texts(self, rows: np.ndarray) -> np.ndarray:
        """(R,) int64: equal where the front matter ties the documents of two rows, -1: untied."""
        return np.asarray(self._texts[self._documents[rows]])

    def same(self, one: int, other: int) -> bool:
        """Whether two rows hold the same passage in two languages."""
        first, second = sorted((one, other))
        numbers = int(self._documents[first]), int(self._documents[second])
        a, b = (self._records[number] for number in numbers)
        key = a.metadata.translation_key
        if key is None or key != b.metadata.translation_key or a.language == b.language:
            return False
        return (first, second) in self._pairs(*numbers)

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
