"""Vectors in lists around centres: a search reads the lists around the nearest centres only.

near.faiss   of every vector one byte a place, list by list (Jégou et al. 2011, "Product
             Quantization for Nearest Neighbor Search", section IV; here with scalar quantisation)
centres.npy  (L, D) float32: around which

Segments share centres as far as they can: a query is then compared with them once, however many
segments there are, and a new segment need not learn any.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from threadpoolctl import threadpool_limits

from indexer.arrays import read
from indexer.blocks import Blocks, Checks, checksum, trusted
from indexer.errors import IndexDamaged

NEAR_FILE, CENTRES_FILE = "near.faiss", "centres.npy"
# Measured (eval/README.md, large indexes). So many lists hold .99 of the nearest, whether there are
# 1,264 or 8,000: the more there are, the fewer vectors are read.
PROBED = 320
LEARNED = 16  # centres, times the root of the number of vectors in all segments
FEWEST = 4  # likewise: with fewer, new segments learn others
EXACT_UP_TO = 30_000  # vectors: to compare all of them takes a millisecond
# A list holds so many at least, on average: else those probed hold fewer than a search asks for.
IN_A_LIST = 4
# Of those that a centre is the mean of: of fewer, it would tell what one of them was.
MEAN_OF, MEAN_OF_AT_LEAST = 16, 5
_HEAD = 1 << 20  # bytes: before the vectors eight for each list, of at most 100,000
_ROUNDS, _PER_CENTRE = 6, 64  # of k-means; more make no better centres

Probe = tuple[np.ndarray, np.ndarray]  # (1, P) int64 lists, (1, P) float32 products with the query


class Lists:
    """The vectors of a segment by row."""

    def __init__(
        self, index: Any, near: Blocks, around: Blocks, centres: Callable[[], np.ndarray]
    ) -> None:
        """Take the blocks of either file, and what reads the centres, which many may share."""
        self._index = index
        self._index.nprobe = min(PROBED, index.nlist)
        self._near, self._around = near, around
        self._read = centres
        self._centres: np.ndarray | None = None

    @classmethod
    def build(cls, vectors: np.ndarray, centres: np.ndarray) -> Lists:
        """Hold (N, D) float32 rows of unit length around (L, D) float32 centres."""
        dimension = vectors.shape[1]
        around = faiss.IndexFlatIP(dimension)
        around.add(centres)
        index = faiss.IndexIVFScalarQuantizer(
            around,
            dimension,
            len(centres),
            faiss.ScalarQuantizer.QT_8bit,
            faiss.METRIC_INNER_PRODUCT,
        )
        with _all_cores():
            index.train(vectors)  # the range of each place: the centres are there
            index.add(vectors)
        around.reset()  # they stand in a file of their own
        new = trusted(Path(NEAR_FILE))
        return cls(index, new, new, lambda: centres)

    @classmethod
    def load(cls, segment: Path, checks: Checks = trusted) -> Lists:
        """Map a segment's into memory; raises IndexDamaged, naming the file.

        The same is raised later, where lists or centres are found damaged when they are first read.
        """
        near, around = checks(segment / NEAR_FILE), segment / CENTRES_FILE
        if around.exists():
            near.span(0, min(_HEAD, near.bytes))  # what FAISS reads now
        else:  # written before centres had a file of their own: they stand before the rest
            near.all()
        index = mapped(segment / NEAR_FILE)
        if index.quantizer.ntotal:
            own = faiss.downcast_index(index.quantizer)
            return cls(index, near, near, lambda: own.reconstruct_n(0, index.nlist))
        blocks = checks(around)

        def centres() -> np.ndarray:
            found = np.array(read(around, checks))
            if found.shape != (index.nlist, index.d):
                raise blocks.damaged(f"does not fit {NEAR_FILE}")
            return found

        return cls(index, near, blocks, centres)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def around(self) -> str:
        """Equal where two segments' centres are the same, as far as can be told without reading."""
        return self._around.sha256 or checksum(self.centres.data)

    @property
    def centres(self) -> np.ndarray:
        """(L, D) float32; raises IndexDamaged."""
        if self._centres is None:
            self._centres = self._read()
        return self._centres

    @centres.setter
    def centres(self, same: np.ndarray) -> None:
        self._centres = same

    def save(self, segment: Path) -> None:
        """Write new files into a segment's folder; raises OSError where that is not possible."""
        written(self._index, segment / NEAR_FILE)
        np.save(segment / CENTRES_FILE, self.centres)

    def compare(self) -> None:
        """Compare every byte, as a search does when it comes first; raises IndexDamaged."""
        self._near.all()
        _ = self.centres

    def probe(self, query: np.ndarray) -> Probe:
        """Which lists a query's nearest are looked for in; the same for all with these centres."""
        products = self.centres @ query
        count = self._index.nprobe
        best = np.argpartition(-products, count - 1)[:count].astype(np.int64)
        return best[None], products[None, best]

    def search(self, query: np.ndarray, k: int, probe: Probe) -> tuple[np.ndarray, np.ndarray]:
        """Return scores, off by .01, and rows of the k nearest in the probed lists, best first."""
        self._near.all()  # any list may be read
        lists, products = probe
        scores, rows = self._index.search_preassigned(query[None], k, lists, products)
        found = rows[0] >= 0  # FAISS pads short results with row -1
        return scores[0][found], rows[0][found]


class Centres:
    """What the segments of one run share: taken over, or learned from the first large one."""

    def __init__(
        self, together: int, known: Callable[[], np.ndarray | None] = lambda: None
    ) -> None:
        """Take the number of passages that there will be.

        Args:
            known: gives centres of segments that stay, if they have any; asked when it matters.
        """
        self._together = together
        self._known = known
        self._learned: np.ndarray | None = None

    def of(self, vectors: np.ndarray) -> np.ndarray | None:
        """(L, D) float32 for these vectors; None where all are to be looked at instead."""
        if self._learned is None:
            known = self._known() if len(vectors) >= IN_A_LIST * PROBED else None
            if known is not None and len(known) >= FEWEST * math.sqrt(self._together):
                self._learned = known
            elif len(vectors) > EXACT_UP_TO:
                wanted = LEARNED * math.sqrt(max(self._together, len(vectors)))
                self._learned = _learned(vectors, min(int(wanted), len(vectors) // MEAN_OF))
        if self._learned is None or len(vectors) < IN_A_LIST * len(self._learned):
            return None
        return self._learned


def shared(parts: Iterable[Lists]) -> np.ndarray | None:
    """Have equal centres stand in memory once; return the largest number of them, if any."""
    known: dict[str, np.ndarray] = {}
    for part in parts:
        name = part.around
        if name not in known:
            known[name] = part.centres
        part.centres = known[name]
    return max(known.values(), key=len, default=None)


def mapped(file: Path) -> Any:
    """Map an index of FAISS into memory; raises IndexDamaged, naming the file."""
    try:
        # Maps every kind of index; plain IO_FLAG_MMAP reads a flat one into memory.
        return faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise IndexDamaged(f"{file} is not a readable vector index") from error


def written(index: faiss.Index, file: Path) -> None:
    """Write an index of FAISS into a new file; raises OSError where that is not possible."""
    try:
        faiss.write_index(index, str(file))
    except RuntimeError as error:
        raise OSError(f"{file} cannot be written: {error}") from error


def _learned(vectors: np.ndarray, count: int) -> np.ndarray:
    means = faiss.Kmeans(
        vectors.shape[1],
        count,
        niter=_ROUNDS,
        spherical=True,
        max_points_per_centroid=_PER_CENTRE,
        min_points_per_centroid=1,  # fewer than FAISS would like: it says so on stderr
    )
    with _all_cores():
        means.train(vectors)
        _, nearest = means.index.search(vectors, 1)
    centres = np.asarray(means.centroids, np.float32)
    members = np.bincount(nearest[:, 0], minlength=count)
    return np.ascontiguousarray(centres[members >= MEAN_OF_AT_LEAST])


def _all_cores() -> threadpool_limits:
    return threadpool_limits(os.cpu_count(), user_api="blas")  # nobody asks while it learns
