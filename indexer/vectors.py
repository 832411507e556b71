"""Nearest neighbours by inner product, exact or nearly so. The only module on FAISS.

vectors.faiss  all vectors of a segment as they are: mapped; of a large one rows are read
near.faiss     of large segments: lists of vectors around centres, one byte a place (Jégou et al.
               2011, "Product Quantization for Nearest Neighbor Search", section IV; here with
               scalar quantisation). A search reads the lists around the nearest centres.
"""

from __future__ import annotations

import os
from pathlib import Path

import faiss
import numpy as np
from threadpoolctl import threadpool_limits

from indexer.arrays import LARGE, Scattered
from indexer.blocks import Blocks, Checks, trusted
from indexer.errors import IndexDamaged
from indexer.manifest import Manifest

EXACT_FILE, NEAR_FILE = "vectors.faiss", "near.faiss"
# Measured (eval/README.md, large indexes): up to here looking at all takes a millisecond.
EXACT_UP_TO = 30_000
LISTS = 4  # times the root of the number of vectors
PROBED, PROBED_AT_LEAST = 6, 192  # a search reads one list in so many; .99 of the nearest
_FEW = 1_000  # rows at once, of a search
_ROUNDS, _PER_CENTRE = 10, 64  # of k-means; more make no better centres

# One question is a matter of memory, not of cores, and the threads of FAISS and of numpy's BLAS,
# which wait by spinning, would take the cores from torch's (eval/README.md, large indexes): a
# search over 10,144 passages took 101 ms at p95 with numpy's threads and takes 26 without.
faiss.omp_set_num_threads(1)
threadpool_limits(1, user_api="blas")


class VectorIndex:
    """Unit vectors by row; row r belongs to passage r of the same segment."""

    def __init__(
        self,
        exact: faiss.Index,
        near: faiss.Index | None = None,
        blocks: Blocks | None = None,
        scattered: Scattered | None = None,
    ) -> None:
        self._exact = exact
        self._near = near
        self._blocks = blocks  # of the exact one's file; None: it never was in one
        self._scattered = scattered  # the same file, if it is large

    @classmethod
    def build(cls, vectors: np.ndarray) -> VectorIndex:
        """Hold (N, D) float32 rows of unit length, so that inner product is cosine."""
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        exact = faiss.IndexFlatIP(vectors.shape[1])
        exact.add(vectors)
        return cls(exact, _near(vectors) if len(vectors) > EXACT_UP_TO else None)

    @classmethod
    def load(cls, segment: Path, checks: Checks = trusted) -> VectorIndex:
        """Map a segment's into memory; raises IndexDamaged, naming the file FAISS cannot read.

        The same is raised later, where vectors are found damaged when they are first read.
        """
        near = segment / NEAR_FILE
        blocks = checks(segment / EXACT_FILE)
        blocks.span(0, 1)  # what FAISS reads now
        exact = _read(segment / EXACT_FILE)
        if not near.exists():
            return cls(exact, None, blocks)
        checks(near).all()  # any list may be read
        large = blocks.bytes > LARGE
        return cls(exact, _read(near), blocks, Scattered(segment / EXACT_FILE) if large else None)

    def save(self, segment: Path) -> None:
        """Write new files into a segment's folder; raises OSError where that is not possible."""
        for index, name in ((self._exact, EXACT_FILE), (self._near, NEAR_FILE)):
            if index is not None:
                try:
                    faiss.write_index(index, str(segment / name))
                except RuntimeError as error:
                    raise OSError(f"{segment / name} cannot be written: {error}") from error

    def __len__(self) -> int:
        return int(self._exact.ntotal)

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return int(self._exact.d)

    @property
    def exact(self) -> bool:
        """Whether every vector is looked at, and scores are the inner products themselves."""
        return self._near is None

    def search(
        self, query: np.ndarray, k: int, allowed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the query's k nearest passages among the allowed ones.

        Args:
            query: (D,) float32 of unit length.
            allowed: (N,) bool, True for rows that may be found; None allows all.

        Returns:
            scores (K,) float32, best first, and rows (K,) int64; K < k where fewer are allowed.
            Where the index is not exact, and nothing near the query is excluded, a few rows may be
            missed, and scores are off by 0.01.

        Raises:
            ValueError: if D differs from the index's, naming both.
        """
        if query.shape != (self.dimension,):
            raise ValueError(f"query has shape {query.shape}, the index needs ({self.dimension},)")
        there = len(self) if allowed is None else int(np.count_nonzero(allowed))
        k = min(k, there)
        if k == 0:
            return np.empty(0, np.float32), np.empty(0, np.int64)
        if self._near is not None and there > EXACT_UP_TO:
            read = max(_lists(len(self)) // PROBED, PROBED_AT_LEAST)
            lists = faiss.SearchParametersIVF(nprobe=read)  # type: ignore[call-arg]
            scores, rows = _found(self._near, query, k, lists)
            # Where anything near the question is excluded, what comes next may be in no such list.
            if len(rows) == k and (allowed is None or allowed[rows].all()):
                return scores, rows
        selector = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(self), faiss.swig_ptr(bits))
        if self._blocks is not None:
            self._blocks.all()
        parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        return _found(self._exact, query, k, parameters)

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """Return (len(rows), D) float32, the stored vectors in the order of `rows`."""
        if len(rows) == 0:
            return np.empty((0, self.dimension), np.float32)
        rows = np.asarray(rows, dtype=np.int64)
        if self._blocks is not None:
            width = 4 * self.dimension
            starts = self._blocks.bytes - (len(self) - rows) * width  # the file ends in the vectors
            self._blocks.spans(starts, starts + width)
            if self._scattered is not None and len(rows) <= _FEW:
                read = self._scattered.read(starts, np.full(len(rows), width))
                return np.frombuffer(read, np.float32).reshape(-1, self.dimension)
        return np.asarray(self._exact.reconstruct_batch(rows))


def near_passages(manifest: Manifest) -> int:
    """How many passages of a generation stand in segments that are searched by lists."""
    return sum(
        segment.passages
        for segment in manifest.segments
        if f"segments/{segment.name}/{NEAR_FILE}" in manifest.files
    )


def _lists(vectors: int) -> int:
    return LISTS * int(vectors**0.5)


def _near(vectors: np.ndarray) -> faiss.Index:
    dimension = vectors.shape[1]
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        _lists(len(vectors)),
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    index.cp.spherical = True
    index.cp.niter, index.cp.max_points_per_centroid = _ROUNDS, _PER_CENTRE
    index.cp.min_points_per_centroid = 1  # fewer than FAISS would like: it says so on stderr
    with threadpool_limits(os.cpu_count(), user_api="blas"):  # nobody asks while it learns
        index.train(vectors)
        index.add(vectors)
    return index


def _read(file: Path) -> faiss.Index:
    try:
        # Maps every kind of index; plain IO_FLAG_MMAP reads a flat one into memory.
        return faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise IndexDamaged(f"{file} is not a readable vector index") from error


def _found(
    index: faiss.Index, query: np.ndarray, k: int, parameters: faiss.SearchParameters
) -> tuple[np.ndarray, np.ndarray]:
    scores, rows = index.search(query[None], k, params=parameters)
    found = rows[0] >= 0  # FAISS pads short results with row -1
    return scores[0][found], rows[0][found]
