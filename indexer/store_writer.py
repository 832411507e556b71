"""Writing a segment's store: documents that are new, and those of other segments as they stand."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import numpy as np

from indexer.document_table import COLUMNS, columns_of
from indexer.records import DocumentRecord, document_to_row, passage_to_row
from indexer.store import DOCUMENTS, ROWS_FILE, STORE_FILE, TABLE, marks, read_only, table_of
from indexer.types import Passage

_SCHEMA = f"""
CREATE TABLE documents (
  number INTEGER PRIMARY KEY,  -- from 0, in the order of their rows
  {", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())},
  record TEXT NOT NULL,        -- JSON: everything but the text
  text TEXT NOT NULL
) STRICT;
CREATE TABLE passages (
  row INTEGER PRIMARY KEY,     -- from 0, by document and start; the row of its vector, too
  document INTEGER NOT NULL REFERENCES documents(number),
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  language TEXT NOT NULL,
  key BLOB NOT NULL,           -- hash of the exact embedded input and the encoder
  record TEXT NOT NULL         -- JSON: headings, columns, sentences, page
) STRICT;
"""
# Made when all rows are there, which takes a fraction of the time.
_INDEXES = """
CREATE UNIQUE INDEX documents_by_id ON documents(doc_id);
CREATE INDEX passages_by_document ON passages(document);
CREATE INDEX passages_by_key ON passages(key);
"""


class StoreWriter:
    """Writes a segment's store into its folder; it is of no use before `finish`.

    Every method raises OSError where the disk is full or the file cannot be written.
    """

    def __init__(self, segment: Path) -> None:
        self._segment = segment
        self._documents = self._rows = 0
        self._connection = sqlite3.connect(
            (segment / STORE_FILE).absolute().as_uri(), uri=True, isolation_level=None
        )
        # The file is built aside, then fsynced and published whole: no journal needed meanwhile.
        self._script("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def add(
        self,
        documents: Iterable[tuple[DocumentRecord, str, Sequence[tuple[Passage, bytes]]]],
    ) -> None:
        """Add (record, canonical text, [(passage, embedding key)]), passages by their start."""
        self._run("BEGIN")
        for record, text, passages in documents:
            values = (self._documents, *columns_of(record), document_to_row(record), text)
            self._run(f"INSERT INTO documents VALUES ({marks(values)})", values)  # noqa: S608
            for passage, key in passages:
                row = (self._rows, self._documents, *passage_to_row(passage, key))
                self._run(f"INSERT INTO passages VALUES ({marks(row)})", row)  # noqa: S608
                self._rows += 1
            self._documents += 1
        self._run("COMMIT")

    def copy(
        self, segment: Path, numbers: Sequence[int], changed: Mapping[int, DocumentRecord]
    ) -> None:
        """Add documents of another segment as they stand there, rows in the same order.

        Args:
            numbers: theirs in that segment, ascending.
            changed: number there -> the record that the document has here.
        """
        self._run("ATTACH ? AS other", (read_only(segment),))
        self._run("BEGIN")
        self._run("CREATE TEMP TABLE wanted (there INTEGER PRIMARY KEY, here INTEGER)")
        here = [(there, self._documents + n) for n, there in enumerate(numbers)]
        with _as_oserror(self._segment):
            self._connection.executemany("INSERT INTO wanted VALUES (?, ?)", here)
        self._run(
            f"INSERT INTO documents SELECT here, {DOCUMENTS}, record, text "  # noqa: S608
            "FROM wanted JOIN other.documents ON number = there ORDER BY there"
        )
        self._run(
            "INSERT INTO passages "
            'SELECT ? + row_number() OVER (ORDER BY row) - 1, here, start, "end", language, key, '
            "record FROM wanted JOIN other.passages ON document = there ORDER BY row",
            (self._rows,),
        )
        for there, at in here:
            if there in changed:
                record = changed[there]
                names = ", ".join(f"{name} = ?" for name in (*COLUMNS, "record"))
                values = (*columns_of(record), document_to_row(record), at)
                self._run(f"UPDATE documents SET {names} WHERE number = ?", values)  # noqa: S608
        self._run("DROP TABLE wanted")
        self._run("COMMIT")
        self._run("DETACH other")
        self._documents += len(numbers)
        self._rows = self._run("SELECT count(*) FROM passages").fetchone()[0]

    def finish(self) -> None:
        """Write what is looked up by, and the table of rows."""
        self._script(_INDEXES)
        np.save(self._segment / ROWS_FILE, table_of(self._run(TABLE)))
        self._connection.close()

    def _run(self, sql: str, parameters: Sequence[object] = ()) -> sqlite3.Cursor:
        with _as_oserror(self._segment):
            return self._connection.execute(sql, parameters)

    def _script(self, sql: str) -> None:
        with _as_oserror(self._segment):
            self._connection.executescript(sql)


@contextmanager
def _as_oserror(segment: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise OSError(f"{segment / STORE_FILE} cannot be written: {error}") from error
