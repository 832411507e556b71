"""Which files were there in the last run: one that nobody has touched since is not read again.

As git's index does it: a file whose length, inode and times of change and of status change are as
they were counts as the one that was read. What was written in the last seconds before it was read
may have been written again at the same time by the clock, and is read again (git's "racily clean"
entries). Not noticed is what a program writes through a mapping of the file into its memory that
it keeps for long, and what a network share hides by reporting no time of status change: `--reread`
and `--rebuild` read everything.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from indexer.durable import write_atomically
from indexer.reading.files import Contents, CorpusFile, newest

SEEN_FILE = "seen.json"
RACY_S = 2.0  # clocks of file systems tick as slowly as this
Hashes = tuple[str, str]  # SHA-256 of the file and of its sidecar, "" without one
_KNOWN = msgspec.json.Decoder(dict[str, tuple[list[int], str, str]])


class Seen:
    """The files of one run, by corpus folder and path; lost, it costs time and nothing else."""

    def __init__(self, known: dict[str, tuple[list[int], str, str]] | None = None) -> None:
        self._before = known or {}
        self._now: dict[str, tuple[list[int], str, str]] = {}

    @classmethod
    def load(cls, index: Path, *, anew: bool = False) -> Seen:
        """What the last run saw; nothing where that cannot be read, or where all is read anew."""
        if anew:
            return cls()
        try:
            return cls(_KNOWN.decode((index / SEEN_FILE).read_bytes()))
        except (OSError, ValueError, msgspec.DecodeError):
            return cls()

    def save(self, index: Path) -> None:
        """Keep what this run saw for the next."""
        write_atomically(index / SEEN_FILE, msgspec.json.encode(self._now).decode())

    def hashes(self, folder: str, file: CorpusFile) -> Hashes | None:
        """What the file and its sidecar had, if they are as they were; else they are to be read."""
        place = f"{folder}\n{file.relative}"
        known = self._before.get(place)
        if known is None or known[0] != list(file.stamp):
            return None
        self._now[place] = known
        return known[1], known[2]

    def note(self, folder: str, file: CorpusFile, read: Contents, hashes: Hashes) -> None:
        """Remember what was read, unless it was another file or may be written again unnoticed."""
        if read.stamp == file.stamp and read.began_ns - newest(file.stamp) > RACY_S * 1e9:
            self._now[f"{folder}\n{file.relative}"] = (list(file.stamp), *hashes)
