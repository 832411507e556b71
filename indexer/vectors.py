"""Exact nearest neighbours by inner product. The only module on FAISS."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np

from indexer.blocks import Blocks, Checks, trusted
from indexer.errors import IndexDamaged

# One question is a matter of memory, not of cores, and FAISS's threads, which wait by spinning,
# would take the cores from torch's: with two each, both take twice as long.
faiss.omp_set_num_threads(1)


class VectorIndex:
    """Unit vectors by row; row r belongs to passage r of the same generation."""

    def __init__(self, index: faiss.Index, blocks: Blocks | None = None) -> None:
        self._index = index
        self._blocks = blocks  # of its file; None: it never was in one

    @classmethod
    def build(cls, vectors: np.ndarray) -> VectorIndex:
        """Hold (N, D) float32 rows of unit length, so that inner product is cosine."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def load(cls, file: Path, checks: Checks = trusted) -> VectorIndex:
        """Map the file into memory; raises IndexDamaged, naming it, where FAISS cannot read it.

        The same is raised later, where vectors are found damaged when they are first read.
        """
        blocks = checks(file)
        blocks.span(0, 1)  # what FAISS reads now
        try:
            flags = faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY
            return cls(faiss.read_index(str(file), flags), blocks)
        except RuntimeError as error:
            raise IndexDamaged(f"{file} is not a readable vector index") from error

    def save(self, file: Path) -> None:
        """Write the index to a new file; raises OSError where that is not possible."""
        try:
            faiss.write_index(self._index, str(file))
        except RuntimeError as error:
            raise OSError(f"{file} cannot be written: {error}") from error

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return int(self._index.d)

    def search(
        self, query: np.ndarray, k: int, allowed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the query's k nearest passages among the allowed ones.

        Args:
            query: (D,) float32 of unit length.
            allowed: (N,) bool, True for rows that may be found; None allows all.

        Returns:
            scores (K,) float32, best first, and rows (K,) int64; K < k where fewer are allowed.

        Raises:
            ValueError: if D differs from the index's, naming both.
        """
        if query.shape != (self.dimension,):
            raise ValueError(f"query has shape {query.shape}, the index needs ({self.dimension},)")
        k = min(k, len(self))
        if k == 0:
            return np.empty(0, np.float32), np.empty(0, np.int64)
        if self._blocks is not None:
            self._blocks.all()  # an exact search reads them all
        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(self), faiss.swig_ptr(bits))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, rows = self._index.search(query[None], k, params=parameters)
        found = rows[0] >= 0  # FAISS pads short results with row -1
        return scores[0][found], rows[0][found]

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """Return (len(rows), D) float32, the stored vectors in the order of `rows`."""
        if len(rows) == 0:
            return np.empty((0, self.dimension), np.float32)
        rows = np.asarray(rows, dtype=np.int64)
        if self._blocks is not None:
            width = 4 * self.dimension
            starts = self._blocks.bytes - (len(self) - rows) * width  # the file ends in the vectors
            self._blocks.spans(starts, starts + width)
        return np.asarray(self._index.reconstruct_batch(rows))
