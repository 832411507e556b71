"""Who runs the queue of jobs: one process, until it and the indexer that it started have ended."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from indexer.errors import DataUnavailable


class QueueLock:
    """Dies with whoever holds it, so that no stale lock is left.

    The indexer inherits it: where a server is killed, its indexer may work on and even publish
    until it notices. Whoever gets the lock then knows that nothing runs any more.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor = -1

    @property
    def descriptor(self) -> int:
        """To be inherited by the indexer; -1 while it is not held."""
        return self._descriptor

    def take(self) -> bool:
        """Take it unless somebody else has it, without waiting; raises DataUnavailable."""
        try:
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise DataUnavailable(f"cannot write {self._file}: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if isinstance(error, BlockingIOError):
                return False
            raise DataUnavailable(f"cannot lock {self._file}: {error.strerror}") from error
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Leave the queue to another process, once an indexer that still runs has ended."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
