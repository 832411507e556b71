"""Several segments read as one: rows are numbered through them, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

import numpy as np

from indexer.document_table import DocumentTable
from indexer.lists import Probe, shared
from indexer.records import DocumentRecord
from indexer.sentence_vectors import SentenceVectors
from indexer.store import PassageTable, Store
from indexer.types import Passage
from indexer.vectors import VectorIndex

KEPT_RECORDS = 4_096  # in memory: what answers name again and again
SPARE = 10  # one in so many, and so many, are compared again by whole vectors beyond k


class _Numbering:
    """Which rows are whose."""

    def __init__(self, counts: Sequence[int]) -> None:
        self.firsts = np.cumsum([0, *counts])

    def __len__(self) -> int:
        return int(self.firsts[-1])

    def of(self, row: int) -> tuple[int, int]:
        """The segment of a row, and its number there."""
        segment = int(np.searchsorted(self.firsts, row, side="right")) - 1
        return segment, row - int(self.firsts[segment])

    def split(self, rows: np.ndarray) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """Yield, per segment that has any: its number, the places in `rows`, the rows there."""
        segments = np.searchsorted(self.firsts, rows, side="right") - 1
        for segment in np.unique(segments).tolist():
            places = np.flatnonzero(segments == segment)
            yield segment, places, rows[places] - self.firsts[segment]


class Stores:
    """Documents are numbered in the order of their rows."""

    def __init__(self, stores: Sequence[Store]) -> None:
        self._stores = stores
        self._rows = _Numbering([len(store) for store in stores])
        self._numbers = _Numbering([store.documents() for store in stores])
        self.table = _joined(stores, self._numbers.firsts)

    @cached_property
    def documents(self) -> DocumentTable:
        """What every request needs to know of all of them."""
        return DocumentTable.of([row for store in self._stores for row in store.columns()])

    def close(self) -> None:
        """Let go of the files."""
        for store in self._stores:
            store.close()

    def records(self) -> list[DocumentRecord]:
        """All documents, without their texts, by number; takes a while where there are many."""
        return [record for store in self._stores for record in store.records()]

    def record(self, number: int) -> DocumentRecord:
        """One document, without its text."""
        segment, own = self._numbers.of(number)
        return self._stores[segment].record(own)

    def text(self, doc_id: str) -> str:
        """The document's canonical text; raises KeyError."""
        return self._of(doc_id).text(doc_id)

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """Return the passages of these rows, in this order."""
        found: dict[int, Passage] = {}
        wanted = np.array(rows, np.int64)
        for segment, places, own in self._rows.split(wanted):
            passages = self._stores[segment].passages(own.tolist())
            found |= zip(places.tolist(), passages, strict=True)
        return [found[place] for place in range(len(found))]

    def passages_of(self, doc_id: str) -> list[tuple[Passage, bytes]]:
        """All passages of one document, in order, each with its embedding key; raises KeyError."""
        return self._of(doc_id).passages_of(doc_id)

    def rows_of(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """Embedding key -> one row that has it, of those keys that are there."""
        return {
            key: row + int(first)
            for store, first in zip(self._stores, self._rows.firsts, strict=False)
            for key, row in store.rows_of(keys).items()
        }

    def _of(self, doc_id: str) -> Store:
        segment, _ = self._numbers.of(self.documents.numbers[doc_id])
        return self._stores[segment]


class Records(Mapping[str, DocumentRecord]):
    """The documents by their ids, read when they are asked for; the last ones are kept."""

    def __init__(self, stores: Stores) -> None:
        self._numbers = stores.documents.numbers
        self._read = lru_cache(maxsize=KEPT_RECORDS)(stores.record)

    def __getitem__(self, doc_id: str) -> DocumentRecord:
        return self._read(self._numbers[doc_id])

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def _joined(stores: Sequence[Store], firsts: np.ndarray) -> PassageTable:
    tables = [store.table for store in stores]
    none = np.empty(0, np.int32)
    return PassageTable(
        document=np.concatenate(
            [none, *(t.document + first for t, first in zip(tables, firsts, strict=False))]
        ).astype(np.int32),
        language=np.concatenate([np.empty(0, np.int8), *(t.language for t in tables)]),
        start=np.concatenate([none, *(t.start for t in tables)]),
        end=np.concatenate([none, *(t.end for t in tables)]),
    )


class Vectors:
    """The vectors of all passages."""

    def __init__(self, indexes: Sequence[VectorIndex], dimension: int) -> None:
        self._indexes = indexes
        self._rows = _Numbering([len(index) for index in indexes])
        self.dimension = dimension

    def __len__(self) -> int:
        return len(self._rows)

    @cached_property
    def centres(self) -> np.ndarray | None:
        """The largest number of centres that any of its lists have; read when first asked for."""
        return shared([index.lists for index in self._indexes if index.lists is not None])

    def compare_lists(self) -> None:
        """Compare every byte of lists and centres; raises IndexDamaged."""
        for index in self._indexes:
            if index.lists is not None:
                index.lists.compare()

    @property
    def exact(self) -> int:
        """How many of the passages are all looked at in a search; of the others the nearest."""
        return sum(len(index) for index in self._indexes if index.exact)

    def search(
        self, query: np.ndarray, k: int, allowed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the query's k nearest passages among the allowed ones, see `VectorIndex.search`.

        Scores are the inner products themselves: what was found by compressed vectors is compared
        again by the whole ones.
        """
        scores, rows = [np.empty(0, np.float32)], [np.empty(0, np.int64)]
        exact = self.exact == len(self)
        enough = k if exact else k + k // SPARE + SPARE
        _ = self.centres  # they stand in memory once
        probes: dict[int, Probe] = {}
        for index, first in zip(self._indexes, self._rows.firsts, strict=False):
            own = None if allowed is None else allowed[first : first + len(index)]
            if not len(index) or (own is not None and not own.any()):
                continue
            near, places = index.search(query, enough, own, probes)
            scores.append(near)
            rows.append(places + first)
        every, found = np.concatenate(scores), np.concatenate(rows)
        best = np.argsort(-every, kind="stable")[:enough]
        every, found = every[best], found[best]
        if not exact:
            every = self.vectors(found) @ query
            best = np.argsort(-every, kind="stable")
            every, found = every[best], found[best]
        return every[:k], found[:k]

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """Return (len(rows), D) float32, the stored vectors in the order of `rows`."""
        found = np.empty((len(rows), self.dimension), np.float32)
        for segment, places, own in self._rows.split(np.asarray(rows)):
            found[places] = self._indexes[segment].vectors(own)
        return found


class Sentences:
    """The vectors of all passages' sentences, see `SentenceVectors`."""

    def __init__(self, parts: Sequence[SentenceVectors]) -> None:
        self._parts = parts
        self._rows = _Numbering([len(part) for part in parts])

    def units(self, row: int) -> np.ndarray:
        """(U, D) int8, as they were saved."""
        segment, own = self._rows.of(row)
        return self._parts[segment].units(own)

    def cosines(self, row: int, query: np.ndarray) -> np.ndarray:
        """Return the query's cosine to each unit of a passage, (U,) float32."""
        segment, own = self._rows.of(row)
        return self._parts[segment].cosines(own, query)

    def best(self, rows: np.ndarray, query: np.ndarray) -> np.ndarray:
        """Return the query's highest cosine to a unit of each passage, (len(rows),) float32."""
        found = np.zeros(len(rows), np.float32)
        for segment, places, own in self._rows.split(rows):
            found[places] = self._parts[segment].best(own, query)
        return found
