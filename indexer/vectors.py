"""Nearest neighbours by inner product, exact or nearly so. With `indexer.lists` alone on FAISS.

vectors.faiss  all vectors of a segment as they are: mapped; of a large one rows are read
"""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
from threadpoolctl import threadpool_limits

from indexer.arrays import LARGE, Scattered
from indexer.blocks import Blocks, Checks, trusted
from indexer.lists import EXACT_UP_TO, NEAR_FILE, Centres, Lists, Probe, mapped, written
from indexer.manifest import Manifest

EXACT_FILE = "vectors.faiss"
_FEW = 1_000  # rows at once, of a search

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
        lists: Lists | None = None,
        blocks: Blocks | None = None,
        scattered: Scattered | None = None,
    ) -> None:
        self._exact = exact
        self.lists = lists
        self._blocks = blocks  # of the exact one's file; None: it never was in one
        self._scattered = scattered  # the same file, if it is large

    @classmethod
    def build(cls, vectors: np.ndarray, centres: Centres | None = None) -> VectorIndex:
        """Hold (N, D) float32 rows of unit length, so that inner product is cosine.

        Args:
            centres: of the segments beside this one; None: there are none.
        """
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        exact = faiss.IndexFlatIP(vectors.shape[1])
        exact.add(vectors)
        around = (centres or Centres(len(vectors))).of(vectors)
        return cls(exact, None if around is None else Lists.build(vectors, around))

    @classmethod
    def load(cls, segment: Path, checks: Checks = trusted) -> VectorIndex:
        """Map a segment's into memory; raises IndexDamaged, naming the file FAISS cannot read.

        The same is raised later, where vectors are found damaged when they are first read.
        """
        blocks = checks(segment / EXACT_FILE)
        blocks.span(0, 1)  # what FAISS reads now
        exact = mapped(segment / EXACT_FILE)
        if not (segment / NEAR_FILE).exists():
            return cls(exact, None, blocks)
        large = Scattered(segment / EXACT_FILE) if blocks.bytes > LARGE else None
        return cls(exact, Lists.load(segment, checks), blocks, large)

    def save(self, segment: Path) -> None:
        """Write new files into a segment's folder; raises OSError where that is not possible."""
        written(self._exact, segment / EXACT_FILE)
        if self.lists is not None:
            self.lists.save(segment)

    def __len__(self) -> int:
        return int(self._exact.ntotal)

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return int(self._exact.d)

    @property
    def exact(self) -> bool:
        """Whether every vector is looked at, and scores are the inner products themselves."""
        return self.lists is None

    def search(
        self,
        query: np.ndarray,
        k: int,
        allowed: np.ndarray | None = None,
        probes: dict[int, Probe] | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the query's k nearest passages among the allowed ones.

        Args:
            query: (D,) float32 of unit length.
            allowed: (N,) bool, True for rows that may be found; None allows all.
            probes: what the same query's search of other segments has found out: by `id` of the
                centres, the nearest lists.

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
        # Of few allowed vectors, or a small part of a segment, lists could hold too few.
        if self.lists is not None and there > min(EXACT_UP_TO, len(self) // 2):
            probes = {} if probes is None else probes
            own = id(self.lists.centres)
            probe = probes[own] = probes.get(own) or self.lists.probe(query)
            scores, rows = self.lists.search(query, k, probe)
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
        scores, rows = self._exact.search(query[None], k, params=parameters)
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
