"""Which rows hold a term, and how often: the inverted index of one segment.

terms.npy      (T,) uint64, ascending: a hash of language, field and term
starts.npy     (T + 1,) int64: the postings of term t are starts[t] to starts[t + 1]
rows.npy       (P,) uint32, ascending within a term
counts.npy     (P,) uint8: how often the row holds the term; more than 255 count as 255
lengths.npy    (FIELDS, R) uint16: terms of each row in each field
languages.npy  (R,) int8: position in LANGUAGES

A term is known by 64 bits alone: of ten million terms two share them with a chance of 1 in 370,000.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from indexer.analysis import LANGUAGES
from indexer.arrays import MappedRows, read
from indexer.blocks import Checks, hash64, trusted
from indexer.errors import IndexDamaged
from indexer.types import Language

WORDS, PARTS = 0, 1  # the fields: words as they stand, and what is inside them
FIELDS = (WORDS, PARTS)
MOST_COUNTED, MOST_TERMS = 255, 65_535
_SALTS = {
    (language, field): np.uint64(hash64(f"{language} {field}".encode()))
    for language in LANGUAGES
    for field in FIELDS
}


def keys(terms: Sequence[str], language: Language, field: int) -> np.ndarray:
    """(len(terms),) uint64: what these terms are found by in a field of passages of a language."""
    hashes = (hash64(term.encode("utf-8", "replace")) for term in terms)
    return np.fromiter(hashes, np.uint64, len(terms)) ^ _SALTS[language, field]


class Postings:
    """Rows are numbered from 0 within the segment."""

    def __init__(self, folder: Path, checks: Checks = trusted) -> None:
        """Map what `write` wrote into memory; raises IndexDamaged, naming the file.

        The same is raised later, where rows and counts are found damaged when they are first read.
        """
        self._terms, self._starts, self.lengths, self.languages = (
            read(folder / f"{name}.npy", checks)
            for name in ("terms", "starts", "lengths", "languages")
        )
        self._rows = MappedRows(folder / "rows.npy", checks)
        self._counts = MappedRows(folder / "counts.npy", checks)
        whole = len(self._starts) == len(self._terms) + 1
        if not whole or not self._starts[-1] == len(self._rows) == len(self._counts):
            raise IndexDamaged(f"{folder} holds postings that do not fit together")

    def __len__(self) -> int:
        return len(self.languages)

    def find(self, wanted: np.ndarray) -> np.ndarray:
        """(len(wanted),) int64: the place of each key, -1 for those that no row holds."""
        if not len(self._terms):
            return np.full(len(wanted), -1)
        places = np.minimum(np.searchsorted(self._terms, wanted), len(self._terms) - 1)
        return np.where(self._terms[places] == wanted, places, -1)

    def held(self, places: np.ndarray) -> np.ndarray:
        """(len(places),) int64: how many rows hold the term of each place; 0 for -1."""
        return np.where(places >= 0, self._starts[places + 1] - self._starts[places], 0)

    def of(self, place: int) -> tuple[np.ndarray, np.ndarray]:
        """The rows that hold the term of a place, ascending, and how often each does."""
        start, end = self._starts[place], self._starts[place + 1]
        return self._rows.between(start, end), self._counts.between(start, end)


def write(folder: Path, rows: Iterable[tuple[Language, Sequence[Sequence[str]]]]) -> None:
    """Write a segment's postings into a new folder.

    Args:
        rows: language, and the terms of each field, per row in their order.
    """
    numbers: dict[tuple[Language, int], dict[str, int]] = {of: {} for of in _SALTS}
    known = 0
    languages, lengths = array("b"), array("H")
    of_term, of_row, counted = array("I"), array("I"), array("B")
    for row, (language, fields) in enumerate(rows):
        languages.append(LANGUAGES.index(language))
        for field, terms in enumerate(fields):
            lengths.append(min(len(terms), MOST_TERMS))
            own = numbers[language, field]
            for term, count in Counter(terms).items():
                number = own.setdefault(term, known)
                known += number == known
                of_term.append(number)
                of_row.append(row)
                counted.append(min(count, MOST_COUNTED))
    hashed = np.empty(known, np.uint64)
    for (language, field), own in numbers.items():
        hashed[list(own.values())] = keys(list(own), language, field)
    order = np.argsort(hashed, kind="stable")
    place = np.empty(known, np.int64)
    place[order] = np.arange(known)
    places = place[np.array(of_term, np.int64)]
    by_place = np.argsort(places, kind="stable")  # within a term rows stay ascending
    arrays = {
        "terms": hashed[order],
        "starts": np.concatenate([[0], np.bincount(places, minlength=known).cumsum()]),
        "rows": np.array(of_row, np.uint32)[by_place],
        "counts": np.array(counted, np.uint8)[by_place],
        "lengths": np.array(lengths, np.uint16).reshape(-1, len(FIELDS)).T,
        "languages": np.array(languages, np.int8),
    }
    folder.mkdir(parents=True)
    for name, array_of in arrays.items():
        np.save(folder / f"{name}.npy", np.ascontiguousarray(array_of))
