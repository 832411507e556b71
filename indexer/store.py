"""Documents and passages of one segment, in one SQLite file.

store.sqlite  documents with their texts, passages with what a hit shows
rows.npy      (4, R) int32: document, language, start, end of every passage
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from indexer.analysis import LANGUAGES
from indexer.arrays import read
from indexer.blocks import Checks, trusted
from indexer.document_table import COLUMNS
from indexer.errors import IndexDamaged
from indexer.records import (
    DocumentRecord,
    documents_from_rows,
    passage_from_row,
)
from indexer.types import Passage

STORE_FILE, ROWS_FILE = "store.sqlite", "rows.npy"
DOCUMENTS = ", ".join(COLUMNS)
TABLE = 'SELECT document, language, start, "end" FROM passages ORDER BY row'
_AT_ONCE = 500  # parameters of one statement


@dataclass(frozen=True, slots=True)
class PassageTable:
    """What every request needs of all passages, as arrays by row."""

    document: np.ndarray  # (N,) int32, number of the passage's document, ascending
    language: np.ndarray  # (N,) int8, position in LANGUAGES
    start: np.ndarray  # (N,) int32
    end: np.ndarray  # (N,) int32


class Store:
    """Reads are safe from any thread: SQLite serialises calls on one connection."""

    def __init__(self, segment: Path, checks: Checks = trusted, *, only_file: bool = False) -> None:
        """Open a segment's for reading; raises IndexDamaged, naming the file.

        Args:
            only_file: the table beside the database may be damaged.
        """
        # Nobody can say which parts of the file SQLite reads.
        checks(segment / STORE_FILE).all()
        self._file = segment / STORE_FILE
        try:
            self._connection = sqlite3.connect(
                read_only(segment), uri=True, check_same_thread=False
            )
            self._connection.execute("SELECT 1 FROM documents LIMIT 1")
        except sqlite3.Error as error:
            raise IndexDamaged(f"{self._file} is not a readable store: {error}") from error
        rows = table_of(self._query(TABLE)) if only_file else read(segment / ROWS_FILE, checks)
        document, language, start, end = rows
        self.table = PassageTable(document, language.astype(np.int8), start, end)

    def __len__(self) -> int:
        return len(self.table.document)

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

    def documents(self) -> int:
        """How many there are."""
        ((count,),) = self._query("SELECT count(*) FROM documents")
        return int(count)

    def columns(self) -> list[tuple[Any, ...]]:
        """What `DocumentTable` takes, in the order of numbers."""
        return self._query(f"SELECT {DOCUMENTS} FROM documents ORDER BY number")  # noqa: S608

    def records(self) -> list[DocumentRecord]:
        """All documents, without their texts, in the order of numbers."""
        rows = self._query("SELECT record FROM documents ORDER BY number")
        return documents_from_rows(record for (record,) in rows)

    def record(self, number: int) -> DocumentRecord:
        """Return one document, without its text; raises IndexError."""
        row = self._query("SELECT record FROM documents WHERE number = ?", (number,))
        if not row:
            raise IndexError(number)
        return documents_from_rows([row[0][0]])[0]

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

    def rows_of(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """Embedding key -> one row that has it, of those keys that are there."""
        found: dict[bytes, int] = {}
        for first in range(0, len(keys), _AT_ONCE):
            some = keys[first : first + _AT_ONCE]
            sql = f"SELECT key, row FROM passages WHERE key IN ({marks(some)})"  # noqa: S608
            found |= dict(self._query(sql, some))
        return found


def read_only(segment: Path) -> str:
    """Where SQLite finds the store of a segment that will never change."""
    return f"{(segment / STORE_FILE).absolute().as_uri()}?mode=ro&immutable=1"


def marks(values: Sequence[object]) -> str:
    """As many parameters in SQL."""
    return ", ".join("?" * len(values))


def table_of(rows: Iterable[tuple[int, str, int, int]]) -> np.ndarray:
    """Make (4, R) int32 of what TABLE selects."""
    codes: dict[str, int] = {language: code for code, language in enumerate(LANGUAGES)}
    table = [(document, codes[language], start, end) for document, language, start, end in rows]
    return np.array(table, np.int32).reshape(-1, 4).T
