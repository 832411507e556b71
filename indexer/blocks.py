"""Files in blocks, each compared with its checksum before it is first used. The module on xxhash.

What was compared once is not compared again: this finds what a disk or a copy has spoilt, and costs
next to nothing from the second use on. A bad sector, too, is an error here and no signal.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import xxhash

from indexer.errors import IndexDamaged

# A question needs a few hundred rows, each in another block: what is compared with them counts.
BLOCK_BYTES = 1 << 17
_BLOCK_BYTES_BEFORE = 1 << 20  # of format 4, which does not say; of one block it does not matter
REMEDY = "`fundstelle status --verify` and then `fundstelle index` make it anew"
# Of a file: bytes, sha256, blocks: the checksum of each, 16 hex digits; block_bytes if several.
Entry = dict[str, Any]
_NO_DAMAGE = {errno.EMFILE, errno.ENFILE, errno.ENOMEM}  # of the machine, and soon over

hash64 = xxhash.xxh3_64_intdigest
checksum = xxhash.xxh3_64_hexdigest


class Blocks:
    """The blocks of one immutable file. Safe from any thread: at worst two compare the same one."""

    def __init__(self, generation: Path, path: str, entry: Entry) -> None:
        """Take the file's path below its generation, and what the manifest says of it."""
        self._generation, self._path = generation, path
        self.checksums: Sequence[str] = entry["blocks"]
        self.sha256: str | None = entry.get("sha256")
        self._size: int = entry.get("block_bytes", _BLOCK_BYTES_BEFORE)
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
        first, last = start // self._size, (end - 1) // self._size
        if self._right.find(0, first, last + 1) >= 0:
            self._compare(range(first, last + 1))

    def spans(self, starts: np.ndarray, ends: np.ndarray) -> None:
        """The same for many spans at once, none empty and each shorter than a block."""
        if self.whole:
            return
        blocks = np.concatenate([starts, ends - 1]) // self._size
        if not self._flags[blocks].all():
            self._compare(np.unique(blocks).tolist())

    def _compare(self, blocks: Collection[int]) -> None:
        file = self._generation / self._path
        try:
            with file.open("rb") as stream:
                if len(blocks) < len(self.checksums):
                    _read_no_further(stream)
                for block in blocks:
                    if not self._right[block]:
                        stream.seek(block * self._size)
                        if checksum(stream.read(self._size)) != self.checksums[block]:
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
    entry = {"bytes": size, "sha256": sha256.hexdigest(), "blocks": blocks}
    return entry if len(blocks) < 2 else entry | {"block_bytes": BLOCK_BYTES}


def _read_no_further(stream: BinaryIO) -> None:
    """Systems read ahead by up to megabytes: of blocks here and there that is most of the file."""
    if hasattr(os, "posix_fadvise"):
        with suppress(OSError):  # a system that takes no advice reads all the same
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_RANDOM)
