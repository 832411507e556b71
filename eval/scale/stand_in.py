"""Vectors in place of real ones, for corpora that would take hours to embed.

Each is a real vector moved by the difference of two of its neighbours: the new ones lie where real
ones lie, along the directions in which these differ. How far they are moved decides how near the
nearest are; `python -m eval.scale.shape` finds the distance at which a million of them have the
neighbours that samples of real ones let expect.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from eval.scale.nearest import nearest
from indexer.contents import Contents
from indexer.cutting import LazyEncoder
from indexer.encoder import Encoder, Model
from indexer.manifest import current
from indexer.settings import Settings

NEIGHBOURS = 20
SPREAD = 0.6  # for a million like 100,000 real ones, see `python -m eval.scale.shape`


def real_vectors(where: Path) -> np.ndarray:
    """(R, D) float32: those of the index in a folder of `eval.scale`, or of `eval.scale.real`."""
    if where.is_file():
        return np.asarray(np.load(where))
    vectors = Contents.of(current(where / "index")).vectors
    return vectors.vectors(np.arange(len(vectors)))


class StandIn:
    """The same text always has the same vector."""

    def __init__(self, real: np.ndarray, spread: float = SPREAD) -> None:
        """Take (R, D) float32 real vectors of unit length, of at least three different texts.

        Args:
            spread: how far each new one is moved, in differences of neighbours.
        """
        self._real = real
        self._spread = spread
        self._neighbours = min(NEIGHBOURS, len(real) - 1)
        self._near = nearest(real, real, self._neighbours + 1)[1][:, 1:]

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """(T, D) float32 of unit length."""
        digests = (blake2b(text.encode(), digest_size=8).digest() for text in texts)
        numbers = [int.from_bytes(digest, "little") for digest in digests]
        return self.drawn(np.array(numbers, np.uint64))

    def drawn(self, numbers: np.ndarray) -> np.ndarray:
        """(N, D) float32 of unit length, one for each (N,) uint64 number."""
        of, one, other, share = _digits(
            numbers, len(self._real), self._neighbours, self._neighbours - 1, 1_000
        )
        other += other >= one  # never the same neighbour twice
        near = self._real[self._near[of, one]] - self._real[self._near[of, other]]
        moved = self._real[of] + self._spread * (0.5 + share[:, None] / 1_000) * near
        return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32)


def _digits(numbers: np.ndarray, *bases: int) -> list[np.ndarray]:
    """Take numbers apart in these bases, the lowest digit first."""
    digits = []
    for base in bases:
        digits.append((numbers % np.uint64(base)).astype(np.int64))
        numbers = numbers // np.uint64(base)
    return digits


class _Drawn:
    """Counts tokens as the real model does."""

    def __init__(self, real: Model, stand_in: StandIn) -> None:
        self.window, self.dimension = real.window, real.dimension
        self.lengths = real.lengths
        self.vectors = stand_in.vectors


class _StandInEncoder(Encoder):
    def __init__(self, setting: str, stand_in: StandIn) -> None:
        super().__init__(setting)
        self._model = _Drawn(self._model, stand_in)


class LazyStandIn(LazyEncoder):
    """For an index that will be asked by the real encoder, whose fingerprint it bears."""

    def __init__(self, settings: Settings, stand_in: StandIn) -> None:
        super().__init__(settings)
        self._encoder = _StandInEncoder(settings.encoder, stand_in)
