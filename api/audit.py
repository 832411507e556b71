"""Who changed what, and which keys failed: one JSON object a line, only ever appended."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path

from indexer.durable import fsync
from indexer.errors import DataUnavailable

FILE = "audit.jsonl"  # in the data folder


class AuditLog:
    """Shared by all processes of the service; safe from any thread, may wait for the disk."""

    def __init__(self, data: Path) -> None:
        """Touches nothing: the file is made by whoever writes first."""
        self._file = data / FILE

    def write(self, action: str, key: str | None, **about: str | None) -> None:
        """Append one line, durable when this returns.

        Args:
            action: for example `upload`.
            key: the name of the key, or `local`; None where there is none.
            about: whatever else is known; None is left out.

        Raises:
            DataUnavailable: if it cannot be written; then nothing is to be done, either.
        """
        entry = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "action": action,
            "key": key,
            **{name: value for name, value in about.items() if value is not None},
        }
        try:
            self._append(json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        except OSError as error:
            raise DataUnavailable(f"{self._file} cannot be written: {error}") from error

    def _append(self, line: bytes) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        new = not self._file.exists()
        descriptor = os.open(self._file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            size = os.fstat(descriptor).st_size
            if size and os.pread(descriptor, 1, size - 1) != b"\n":  # a full disk cut a line off
                line = b"\n" + line
            if os.write(descriptor, line) != len(line):
                raise OSError("the disk is full")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if new:
            fsync(self._file.parent)
