"""Documents and passages of one generation in one SQLite file. Here alone is sqlite3 used."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from indexer.analysis import LANGUAGES
from indexer.errors import IndexDamaged
from indexer.records import (
    DocumentRecord,
    document_from_row,
    document_to_row,
    passage_from_row,
    passage_to_row,
)
from indexer.types import Passage

_SCHEMA = """
CREATE TABLE documents (
  number INTEGER PRIMARY KEY,  -- from 0, in the order of doc_id
  doc_id TEXT NOT NULL UNIQUE,
  record TEXT NOT NULL,        -- JSON: everything but the text
  text TEXT NOT NULL
) STRICT;
CREATE TABLE passages (
  row INTEGER PRIMARY KEY,     -- from 0, in the order of (doc_id, start); the row of its vector
  document INTEGER NOT NULL REFERENCES documents(number),
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  language TEXT NOT NULL,
  key BLOB NOT NULL,           -- hash of the exact embedded input and the encoder
  record TEXT NOT NULL         -- JSON: headings, columns, sentences, page
) STRICT;
CREATE INDEX passages_by_document ON passages(document);
"""


@dataclass(frozen=True, slots=True)
class PassageTable:
    """What every request needs of all passages, as arrays by row."""

    document: np.ndarray  # (N,) int32, number of the passage's document
    language: np.ndarray  # (N,) int8, position in LANGUAGES
    start: np.ndarray  # (N,) int32
    end: np.ndarray  # (N,) int32


class Store:
    """Reads are safe from any thread: SQLite serialises calls on one connection."""

    def __init__(self, file: Path) -> None:
        """Open for reading; raises IndexDamaged, naming the file."""
        self._file = file
        uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
        try:
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            self._connection.execute("SELECT 1 FROM documents LIMIT 1")
        except sqlite3.Error as error:
            raise IndexDamaged(f"{file} is not a readable store: {error}") from error

    def __len__(self) -> int:
        return int(self._query("SELECT count(*) FROM passages")[0][0])

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _query(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(
                f"{self._file} is damaged: {error}; `fundstelle index --rebuild` makes a new one"
            ) from error

    def documents(self) -> list[DocumentRecord]:
        """All documents, ordered by doc_id, without their texts."""
        rows = self._query("SELECT record FROM documents ORDER BY number")
        return [document_from_row(record) for (record,) in rows]

    def text(self, doc_id: str) -> str:
        """The document's canonical text; raises KeyError."""
        row = self._query("SELECT text FROM documents WHERE doc_id = ?", (doc_id,))
        if not row:
            raise KeyError(doc_id)
        return str(row[0][0])

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """Return the passages of these rows, in this order."""
        # SQLite's substr counts code points from 1, as canonical offsets do from 0.
        found = self._query(
            'SELECT p.row, d.doc_id, p.start, p."end", p.language, p.record, '
            'substr(d.text, p.start + 1, p."end" - p.start) '
            "FROM passages p JOIN documents d ON d.number = p.document "
            "WHERE p.row IN (SELECT value FROM json_each(?))",
            (json.dumps([int(row) for row in rows]),),
        )
        by_row = {row: passage_from_row(*rest) for row, *rest in found}
        return [by_row[int(row)] for row in rows]

    def passages_of(self, doc_id: str) -> list[tuple[Passage, bytes]]:
        """All passages of one document, in order, each with its embedding key."""
        found = self._query(
            "SELECT row, key FROM passages JOIN documents ON number = document WHERE doc_id = ? "
            "ORDER BY row",
            (doc_id,),
        )
        passages = self.passages([row for row, _ in found])
        return list(zip(passages, (key for _, key in found), strict=True))

    def table(self) -> PassageTable:
        """Read the arrays over all passages."""
        rows = self._query('SELECT document, language, start, "end" FROM passages ORDER BY row')
        codes = {language: code for code, language in enumerate(LANGUAGES)}
        return PassageTable(
            document=np.array([row[0] for row in rows], np.int32),
            language=np.array([codes[row[1]] for row in rows], np.int8),
            start=np.array([row[2] for row in rows], np.int32),
            end=np.array([row[3] for row in rows], np.int32),
        )

    def keys(self) -> dict[bytes, int]:
        """Embedding key -> one row that has it."""
        return dict(self._query("SELECT key, row FROM passages"))


def write_store(
    file: Path, documents: Iterable[tuple[DocumentRecord, str, Sequence[tuple[Passage, bytes]]]]
) -> None:
    """Write a new store.

    Args:
        documents: (record, canonical text, [(passage, embedding key)]) in the order of doc_id,
            passages in the order of their start: rows are numbered in this order.

    Raises:
        OSError: if the disk is full or the file cannot be written.
    """
    try:
        _write(file, documents)
    except sqlite3.Error as error:
        raise OSError(f"{file} cannot be written: {error}") from error


def _write(
    file: Path, documents: Iterable[tuple[DocumentRecord, str, Sequence[tuple[Passage, bytes]]]]
) -> None:
    connection = sqlite3.connect(file, isolation_level=None)
    # The file is built aside, then fsynced and published whole: no journal needed meanwhile.
    connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
    connection.execute("BEGIN")
    row = 0
    for number, (record, text, passages) in enumerate(documents):
        connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?)",
            (number, record.doc_id, document_to_row(record), text),
        )
        for passage, key in passages:
            connection.execute(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)",
                (row, number, *passage_to_row(passage, key)),
            )
            row += 1
    connection.execute("COMMIT")
    connection.close()
