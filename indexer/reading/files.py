"""One file of a corpus and its sidecar: where they are, and their bytes."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import ReadError

MAX_FILE_BYTES = 50_000_000
MAX_SIDECAR_BYTES = 65_536
Stamp = tuple[int, ...]  # of each: length, device, inode, time of change, time of status change


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file that is to be read."""

    place: str
    relative: str  # below the corpus folder, NFC, forward slashes
    stamp: Stamp  # when the folder was walked
    sidecar: str | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """What was read of a file and its sidecar."""

    data: bytes
    sidecar: bytes | None
    stamp: Stamp  # of the files that were opened
    began_ns: int  # when, since 1970


def ending(path: str) -> str:
    """A path's ending with its dot, in small letters; "" without one.

    As `PurePath.suffix` in a tenth of its time: an archive has tens of thousands of paths.

    >>> ending("Presse/Satzung.PDF"), ending("Presse.alt/.hidden"), ending("Satzung.")
    ('.pdf', '', '')
    """
    before, dot, last = path.rpartition("/")[2].rpartition(".")
    return f".{last}".lower() if before and dot and last else ""


def stamp(*files: os.stat_result) -> Stamp:
    """What tells whether somebody has touched these files."""
    return tuple(
        value
        for file in files
        for value in (
            file.st_size,
            file.st_dev,
            file.st_ino,
            file.st_mtime_ns,
            file.st_ctime_ns,
        )
    )


def newest(touched: Stamp) -> int:
    """When the last of these files was touched, in nanoseconds since 1970."""
    return max(*touched[3::5], *touched[4::5])


def read_corpus_file(file: CorpusFile) -> Contents:
    """Read a file and its sidecar, each once and never beyond its limit.

    Raises:
        ReadError: if the file has since gone, grown too large or become something else.
    """
    began_ns = time.time_ns()
    data, status = _read(Path(file.place), MAX_FILE_BYTES, "the file")
    if file.sidecar is None:
        return Contents(data, None, stamp(status), began_ns)
    sidecar, own = _read(Path(file.sidecar), MAX_SIDECAR_BYTES, "its sidecar")
    return Contents(data, sidecar, stamp(status, own), began_ns)


def _read(path: Path, limit: int, what: str) -> tuple[bytes, os.stat_result]:
    try:
        # Non-blocking, so that a pipe put in the file's place cannot hold the run up.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise ReadError(f"{what} is not a regular file")
            data = file.read(limit + 1)
    except OSError as error:
        raise ReadError(f"{what} cannot be read: {error.strerror}") from error
    if len(data) > limit:
        raise ReadError(f"{what} is larger than {limit:,} bytes")
    return data, status
