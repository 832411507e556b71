"""Which terms may stand in an index, in four bytes a term.

A slip of the keyboard has hundreds of neighbours, hardly any of which is a word: to look each up
in the term index takes many times as long as everything else that is done with a question.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from indexer.errors import IndexDamaged


class Vocabulary:
    """Sorted CRC-32 sums; beside a million terms 1 other word in 4,000 is taken for one."""

    def __init__(self, sums: np.ndarray) -> None:
        self._sums = sums

    @classmethod
    def load(cls, file: Path) -> Vocabulary:
        """Map the sums into memory; raises IndexDamaged, naming the file."""
        try:
            sums = np.load(file, mmap_mode="r")
        except (OSError, ValueError) as error:
            raise IndexDamaged(
                f"{file} is not readable: {error}; `fundstelle index --rebuild` makes a new index"
            ) from error
        return cls(sums)

    @staticmethod
    def save(file: Path, terms: Iterable[str]) -> None:
        """Write the sums of these terms, each of which may be given often."""
        np.save(file, np.unique(Vocabulary.sums(list(terms))))

    def may_hold(self, terms: Sequence[str]) -> np.ndarray:
        """(len(terms),) bool: False for terms that are in no passage."""
        sums = self.sums(terms)
        if not len(self._sums):
            return np.zeros(len(sums), bool)
        places = np.searchsorted(self._sums, sums)
        return np.asarray(self._sums[np.minimum(places, len(self._sums) - 1)] == sums)

    @staticmethod
    def sums(terms: Sequence[str]) -> np.ndarray:
        """(len(terms),) uint32."""
        return np.array([zlib.crc32(term.encode("utf-8", "replace")) for term in terms], np.uint32)
