"""Arrays of a segment in .npy files: mapped, and no block is used before it was compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from indexer.blocks import REMEDY, Blocks, Checks
from indexer.errors import IndexDamaged


def read(file: Path, checks: Checks) -> np.ndarray:
    """A small array, compared whole; raises IndexDamaged, naming the file."""
    checks(file).all()
    return np.asarray(_mapped(file))


class MappedRows:
    """A large array, compared where it is read."""

    def __init__(self, file: Path, checks: Checks) -> None:
        """Raises IndexDamaged, naming the file, here and where it is read."""
        self._blocks: Blocks = checks(file)
        self._blocks.span(0, 1)  # the header
        mapped = _mapped(file)
        self._first = mapped.offset
        self._width = mapped.nbytes // max(1, len(mapped))
        # A plain view: slices of a memmap itself are slow to make.
        self._rows = np.asarray(mapped)

    def __len__(self) -> int:
        return len(self._rows)

    def between(self, start: int, end: int) -> np.ndarray:
        """The rows from `start` to before `end`."""
        if not self._blocks.whole:
            self._blocks.span(*(self._first + int(row) * self._width for row in (start, end)))
        return self._rows[start:end]

    def runs(self, starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """Some rows from each start on, one run behind the other.

        Args:
            counts: how many from each, at least 1; no run is longer than a block.
        """
        first = self._first + starts * self._width
        self._blocks.spans(first, first + counts * self._width)
        ends = np.cumsum(counts)
        offsets = np.repeat(starts - (ends - counts), counts)
        return np.asarray(self._rows[np.arange(len(offsets)) + offsets])


def _mapped(file: Path) -> np.memmap:
    try:
        mapped: np.memmap = np.load(file, mmap_mode="r")
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"{file} is not readable: {error}; {REMEDY}") from error
    return mapped
