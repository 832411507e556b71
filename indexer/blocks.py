"""Files in blocks, each compared with its checksum before it is first used. The module on xxhash.

What was compared once is not compared again: this finds what a disk or a copy has spoilt, and costs
next to nothing from the second use on. A bad sector, too, is an error here and no signal.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xxhash

from indexer.errors import IndexDamaged

BLOCK_BYTES = 1 << 20  # a part of the index's format
REMEDY = "`fundstelle status --verify` and then `fundstelle index` make it anew"
Entry = dict[str, Any]  # of a file: bytes, sha256, blocks: the checksum of each, 16 hex digits
_NO_DAMAGE = {errno.EMFILE, errno.ENFILE, errno.ENOMEM}  # of the machine, and soon over

hash64 = xxhash.xxh3_64_intdigest
checksum = xxhash.xxh3_64_hexdigest


class Blocks:
    """The blocks of one immutable file. Safe from any thread: at worst two compare the same one."""

    def __init__(self, generation: Path, path: str, entry: Entry) -> None:
        """Take the file's path below its generation, and what the manifest says of it."""
        self._generation, self._path = generation, path
        self.checksums: Sequence[str] = entry["blocks"]
        self._right = bytearray(len(self.checksums))  # 1: compared
        self._flags = np.frombuffer(self._right, np.uint8)
        self.bytes: int = entry["bytes"]
        self.whole = not self.checksums  # every block has been compared

    def all(self) -> None:
        """Compare every block; raises IndexDamaged, naming the file, here and below."""
        self.span(0, self.bytes)

    def span(self, start: int, end: int) -> None:
        """Compare the blocks that hold the bytes from `start` to before `end`."""
        if self.whole or start >= end:
            return
        first, last = start // BLOCK_BYTES, (end - 1) // BLOCK_BYTES
        if self._right.find(0, first, last + 1) >= 0:
            self._compare(range(first, last + 1))

    def spans(self, starts: np.ndarray, ends: np.ndarray) -> None:
        """The same for many spans at once, none empty and each shorter than a block."""
        if self.whole:
            return
        blocks = np.concatenate([starts, ends - 1]) // BLOCK_BYTES
        if not self._flags[blocks].all():
            self._compare(np.unique(blocks).tolist())

    def _compare(self, blocks: Iterable[int]) -> None:
        file = self._generation / self._path
        try:
            with file.open("rb") as stream:
                for block in blocks:
                    if not self._right[block]:
                        stream.seek(block * BLOCK_BYTES)
                        if checksum(stream.read(BLOCK_BYTES)) != self.checksums[block]:
                            raise self.damaged(f"is damaged in block {block}")
                        self._right[block] = 1
        except OSError as error:
            if error.errno in _NO_DAMAGE:
                raise
            raise self.damaged(f"cannot be read: {error.strerror}") from error
        self.whole = bool(self._flags.all())

    def damaged(self, what: str) -> IndexDamaged:
        """What to raise where the file turns out to be something else."""
        file = self._generation / self._path
        return IndexDamaged(f"{file} {what}; {REMEDY}", self._generation, self._path)


Checks = Callable[[Path], Blocks]


def trusted(file: Path) -> Blocks:
    """For a file that has just been written: nothing is to be compared."""
    return Blocks(file.parent, file.name, {"bytes": 0, "blocks": []})


def summed(file: Path) -> Entry:
    """Read a file once for its length, its SHA-256 and the checksums of its blocks."""
    sha256, blocks, size = hashlib.sha256(), list[str](), 0
    with file.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            sha256.update(block)
            blocks.append(checksum(block))
            size += len(block)
    return {"bytes": size, "sha256": sha256.hexdigest(), "blocks": blocks}
