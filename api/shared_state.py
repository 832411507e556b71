"""What the processes of one service share: one SQLite file in the data folder.

The only module of `api` on sqlite3. Each table has a module of its own that knows its columns, such
as `job_store`; here is how the file is made, opened and brought to the schema of this version.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from indexer.durable import fsync
from indexer.errors import DataUnavailable

BUSY_S = 5.0  # how long to wait for another process that writes
Execute = Callable[[str, Sequence[object]], list[Any]]  # SQL and its parameters -> rows

# One entry for each version of the schema, oldest first; what has been released never changes.
_MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE jobs (
          number INTEGER PRIMARY KEY AUTOINCREMENT,  -- in the order in which they were asked for
          id TEXT NOT NULL UNIQUE,
          kind TEXT NOT NULL,
          state TEXT NOT NULL,
          stage TEXT,
          done INTEGER NOT NULL DEFAULT 0,
          total INTEGER NOT NULL DEFAULT 0,
          errors TEXT NOT NULL DEFAULT '[]',  -- JSON: [[path or null, reason], …]
          generation INTEGER,
          published_before TEXT  -- name of the generation that was published when it began
        ) STRICT""",
        # Whoever asks while one is queued shares it, whichever process he asks.
        "CREATE UNIQUE INDEX one_queued_job ON jobs(kind) WHERE state = 'queued'",
    ),
    (
        """CREATE TABLE questions (
          number INTEGER PRIMARY KEY AUTOINCREMENT,  -- in the order in which they were asked
          id TEXT NOT NULL UNIQUE,  -- the answer's
          asked INTEGER NOT NULL,  -- seconds since 1970, UTC
          question TEXT NOT NULL,  -- redacted
          alike TEXT NOT NULL,  -- the same for questions that differ in case and marks only
          language TEXT NOT NULL,
          refusal TEXT,  -- null: answered
          generation INTEGER NOT NULL,
          citation INTEGER,  -- number of the one that was opened last
          thumb TEXT  -- up or down
        ) STRICT""",
        "CREATE INDEX questions_by_time ON questions(asked)",
    ),
    (
        """CREATE TABLE keys (
          name TEXT PRIMARY KEY,
          hash BLOB NOT NULL UNIQUE,  -- SHA-256
          scope TEXT NOT NULL,
          created TEXT NOT NULL,  -- times in ISO 8601, UTC
          expires TEXT,
          revoked TEXT
        ) STRICT""",
        """CREATE TABLE counters (
          name TEXT PRIMARY KEY,  -- whose requests, of which kind
          count INTEGER NOT NULL,
          expires REAL NOT NULL  -- seconds since 1970
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX counters_expire ON counters(expires)",
    ),
    (
        """CREATE TABLE metrics (  -- sums over all processes since the file was made
          series TEXT NOT NULL,
          labels TEXT NOT NULL,  -- JSON: their values
          value REAL NOT NULL,
          PRIMARY KEY (series, labels)
        ) STRICT, WITHOUT ROWID""",
    ),
)


class SharedState:
    """One connection for each process, made on first use; safe from any thread.

    Every call may wait for another process or for the disk: none belongs on an event loop.
    """

    def __init__(self, file: Path) -> None:
        """Touches nothing: the file is made by whoever writes first."""
        self._file = file
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    def is_there(self) -> bool:
        """Whether anything has been written yet, by whichever process; raises DataUnavailable."""
        try:
            return self._file.exists()
        except OSError as error:  # a folder that may not be looked into
            raise self._unavailable(error) from error

    def read(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Return a query's rows, none while nothing has been written; raises DataUnavailable."""
        if not self.is_there():
            return []
        with self._opened() as connection:
            return connection.execute(sql, parameters).fetchall()

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Execute]:
        """Do several things at once, or none of them where one fails.

        Args:
            durable: whether it must outlive a power cut. Without, nothing waits for the disk: in
                SQLite's log the change is atomic all the same, outlives every killed process, and
                becomes durable with the next one that is.

        Raises:
            DataUnavailable: if the file cannot be written, with the reason.
        """
        with self._opened() as connection:
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield lambda sql, parameters: connection.execute(sql, parameters).fetchall()
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def erase(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Delete rows so that nothing of them stays in the file or its log; returns how many.

        Raises:
            DataUnavailable: if the file cannot be written, with the reason.
        """
        if not self.is_there():
            return 0
        with self._opened() as connection:
            deleted = connection.execute(sql, parameters).rowcount
            if deleted:  # what rows left behind when pages were split is in no row any more
                connection.execute("VACUUM")
            # Also where nothing was deleted now: a reader may have held the log the last time.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return deleted

    def version(self) -> int:
        """A number that is another one when another process has written; raises DataUnavailable."""
        return int(rows[0][0]) if (rows := self.read("PRAGMA data_version")) else 0

    def close(self) -> None:
        """Let go of the file; the next call opens it again."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock:
                if self._connection is None:
                    self._connection = _open(self._file)
                yield self._connection
        except (sqlite3.Error, OSError) as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> DataUnavailable:
        return DataUnavailable(
            f"{self._file} cannot be used: {error}; see that its folder can be written and has "
            "room; a damaged file can be moved away while the service is stopped"
        )


def _open(file: Path) -> sqlite3.Connection:
    file.parent.mkdir(parents=True, exist_ok=True)
    with _alone(file.parent):  # to begin a log, SQLite does not wait until others have done so
        if not file.exists():
            file.touch(0o600)  # what is asked and done here is nobody else's business
            fsync(file.parent)
        connection = sqlite3.connect(
            file, timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")  # who reads never waits for a writer
            connection.execute("PRAGMA secure_delete = ON")  # zeros where a question was
            connection.execute("PRAGMA temp_store = MEMORY")  # and no copy of them in /tmp
            _migrate(connection, file)
        except BaseException:
            connection.close()
            raise
    return connection


def _migrate(connection: sqlite3.Connection, file: Path) -> None:
    [[version]] = connection.execute("PRAGMA user_version").fetchall()
    if version > len(_MIGRATIONS):
        raise DataUnavailable(
            f"{file} has version {version}, this program knows {len(_MIGRATIONS)}; "
            "a newer Fundstelle has written it and reads it"
        )
    for number, statements in enumerate(_MIGRATIONS[version:], start=version + 1):
        connection.execute("BEGIN IMMEDIATE")
        for statement in statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a lock on the folder itself, which leaves no file and dies with the process."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
