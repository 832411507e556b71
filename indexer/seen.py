"""Which files were there in the last run: one that nobody has touched since is not read again.

As git's index does it: a file whose length, inode and time of status change are as they were has
the bytes that it had. Whoever writes to a file cannot help changing that time. What was written in
the last seconds before it was read may have been written again at the same time by the clock, and
is read again (git's "racily clean" entries).
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from indexer.durable import write_atomically
from indexer.reading.walk import CorpusFile

SEEN_FILE = "seen.json"
RACY_S = 2.0  # clocks of file systems tick as slowly as this
Hashes = tuple[str, str]  # SHA-256 of the file and of its sidecar, "" without one


class Seen:
    """The files of one run, by corpus folder and path; lost, it costs time and nothing else."""

    def __init__(self, known: dict[str, tuple[list[int], str, str]] | None = None) -> None:
        self._before = known or {}
        self._now: dict[str, tuple[list[int], str, str]] = {}

    @classmethod
    def load(cls, index: Path) -> Seen:
        """What the last run saw; nothing where that cannot be read."""
        try:
            plain = json.loads((index / SEEN_FILE).read_text("utf-8"))
            return cls({place: (stamp, one, other) for place, (stamp, one, other) in plain.items()})
        except (OSError, ValueError, TypeError, AttributeError):
            return cls()

    def save(self, index: Path) -> None:
        """Keep what this run saw for the next."""
        write_atomically(index / SEEN_FILE, json.dumps(self._now))

    def hashes(self, folder: str, file: CorpusFile) -> Hashes | None:
        """What the file and its sidecar had, if they are as they were; else they are to be read."""
        place = f"{folder}\n{file.relative}"
        known = self._before.get(place)
        if known is None or known[0] != list(file.stamp):
            return None
        self._now[place] = known
        return known[1], known[2]

    def note(self, folder: str, file: CorpusFile, hashes: Hashes) -> None:
        """Remember what was read just now, unless it may be written again unnoticed."""
        newest = max(file.stamp[2::3], default=0)  # the times of status change
        if time.time_ns() - newest > RACY_S * 1e9:
            self._now[f"{folder}\n{file.relative}"] = (list(file.stamp), *hashes)
