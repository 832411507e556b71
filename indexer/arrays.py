"""Arrays of a segment in .npy files: no block is used before it was compared.

Small ones are mapped into memory. Of large ones scattered rows are read: where one row is touched
the kernel maps the pages around it as well, and soon the whole file would count as resident.
"""

from __future__ import annotations

import os
import weakref
from itertools import repeat
from pathlib import Path
from threading import Lock

import numpy as np

from indexer.blocks import REMEDY, Blocks, Checks
from indexer.errors import IndexDamaged


def read(file: Path, checks: Checks) -> np.ndarray:
    """A small array, compared whole; raises IndexDamaged, naming the file."""
    checks(file).all()
    return np.asarray(_mapped(file))


LARGE = 24 << 20  # bytes: some 16,000 passages
# numpy reads a header by `ast`, which on Python 3.11.7 failed once with "AST constructor recursion
# depth mismatch" while several segments were opened at a time (python/cpython#106905 is about the
# same message, from programs with threads). To read one header takes microseconds.
_header = Lock()


class Scattered:
    """Stretches of a file that is too large to be mapped for their sake."""

    def __init__(self, file: Path) -> None:
        """Raises IndexDamaged, naming the file, here and where it is read."""
        self._file = file
        try:
            self._descriptor = os.open(file, os.O_RDONLY)
        except OSError as error:
            raise self._unreadable(error) from error
        weakref.finalize(self, os.close, self._descriptor)  # as a mapping ends: with the last user

    def read(self, starts: np.ndarray, sizes: np.ndarray) -> bytes:
        """The bytes of all stretches, one behind the other."""
        try:
            return b"".join(
                map(os.pread, repeat(self._descriptor), sizes.tolist(), starts.tolist())
            )
        except OSError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: OSError) -> IndexDamaged:
        return IndexDamaged(f"{self._file} is not readable: {error.strerror}; {REMEDY}")


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
        self._scattered = Scattered(file) if mapped.nbytes > LARGE else None

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
        sizes = counts * self._width
        self._blocks.spans(first, first + sizes)
        if self._scattered is not None:
            read = self._scattered.read(first, sizes)
            return np.frombuffer(read, self._rows.dtype).reshape(-1, *self._rows.shape[1:])
        ends = np.cumsum(counts)
        offsets = np.repeat(starts - (ends - counts), counts)
        return np.asarray(self._rows[np.arange(len(offsets)) + offsets])


def _mapped(file: Path) -> np.memmap:
    try:
        with _header:
            mapped: np.memmap = np.load(file, mmap_mode="r")
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"{file} is not readable: {error}; {REMEDY}") from error
    return mapped
