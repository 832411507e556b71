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
from dataclasses import dataclass
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
    return np.asarray(keys_in(terms, language, [field])[0])


def keys_in(terms: Sequence[str], language: Language, fields: Sequence[int]) -> np.ndarray:
    """(len(fields), len(terms)) uint64: the same for several fields, each term hashed once."""
    return salted(hashes(terms), language, fields)


def hashes(terms: Sequence[str]) -> np.ndarray:
    """(len(terms),) uint64: of the terms alone, whichever the language and the field."""
    try:
        return np.fromiter(map(hash64, map(str.encode, terms)), np.uint64, len(terms))
    except UnicodeEncodeError:  # half of a surrogate pair
        replaced = [term.encode("utf-8", "replace") for term in terms]
        return np.fromiter(map(hash64, replaced), np.uint64, len(terms))


def salted(hashed: np.ndarray, language: Language, fields: Sequence[int]) -> np.ndarray:
    """(len(fields), len(hashed)) uint64: the keys of hashed terms in fields of a language."""
    salts = np.array([_SALTS[language, field] for field in fields], np.uint64)
    return np.asarray(hashed ^ salts[:, None])


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

    @property
    def terms(self) -> np.ndarray:
        """(T,) uint64: the keys of all terms that its rows hold, ascending."""
        return self._terms

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
        return self.between(self._starts[place], self._starts[place + 1])

    def spans(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(len(places),) int64 each: where what `between` takes begins and ends, by place."""
        return self._starts[places], self._starts[places + 1]

    def between(self, start: int, end: int) -> tuple[np.ndarray, np.ndarray]:
        """The same rows and counts as `of` gives, by where they stand."""
        return self._rows.between(start, end), self._counts.between(start, end)

    def part(self, kept: np.ndarray) -> Part:
        """Take out (R,) bool rows, for another segment."""
        number = np.cumsum(kept, dtype=np.uint32) - np.uint32(1)
        rows, counts = (
            self._rows.between(0, len(self._rows)),
            self._counts.between(0, len(self._rows)),
        )
        stays = kept[rows]
        keys = np.repeat(self._terms, np.diff(self._starts))
        return Part(
            keys[stays],
            number[rows[stays]],
            counts[stays],
            self.lengths[:, kept],
            self.languages[kept],
        )


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a segment to be: what its files will hold of them, rows numbered from 0."""

    keys: np.ndarray  # (P,) uint64: the term of each posting
    rows: np.ndarray  # (P,) uint32, ascending within a term
    counts: np.ndarray  # (P,) uint8
    lengths: np.ndarray  # (FIELDS, R) uint16
    languages: np.ndarray  # (R,) int8


def counted(rows: Iterable[tuple[Language, Sequence[Sequence[str]]]]) -> Part:
    """Count the terms of new rows.

    Args:
        rows: language, and the terms of each field, per row in their order.
    """
    numbers: dict[tuple[Language, int], dict[str, int]] = {of: {} for of in _SALTS}
    known = 0
    languages, lengths = array("b"), array("H")
    of_term, of_row, counts = array("I"), array("I"), array("B")
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
                counts.append(min(count, MOST_COUNTED))
    hashed = np.empty(known, np.uint64)
    for (language, field), own in numbers.items():
        hashed[list(own.values())] = keys(list(own), language, field)
    return Part(
        hashed[np.array(of_term, np.int64)],
        np.array(of_row, np.uint32),
        np.array(counts, np.uint8),
        np.array(lengths, np.uint16).reshape(-1, len(FIELDS)).T,
        np.array(languages, np.int8),
    )


def write(folder: Path, parts: Sequence[Part]) -> None:
    """Write the postings of a segment, whose rows are those of the parts, into a new folder."""
    firsts = np.cumsum([0, *(len(part.languages) for part in parts)])
    hashed = np.concatenate([np.empty(0, np.uint64), *(part.keys for part in parts)])
    order = np.argsort(hashed, kind="stable")  # within a term rows stay ascending
    terms, starts = np.unique(hashed[order], return_index=True)
    rows = [part.rows + np.uint32(first) for part, first in zip(parts, firsts, strict=False)]
    empty = np.empty((len(FIELDS), 0), np.uint16)
    arrays = {
        "terms": terms,
        "starts": np.append(starts, len(hashed)).astype(np.int64),
        "rows": np.concatenate([np.empty(0, np.uint32), *rows])[order],
        "counts": np.concatenate([np.empty(0, np.uint8), *(p.counts for p in parts)])[order],
        "lengths": np.concatenate([empty, *(part.lengths for part in parts)], axis=1),
        "languages": np.concatenate([np.empty(0, np.int8), *(part.languages for part in parts)]),
    }
    folder.mkdir(parents=True)
    for name, array_of in arrays.items():
        np.save(folder / f"{name}.npy", np.ascontiguousarray(array_of))
