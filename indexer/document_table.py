"""What every request needs to know of all documents, as columns: no record is read for it."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from indexer.analysis import LANGUAGES
from indexer.records import DocumentRecord

# Name -> type in SQL.
COLUMNS = {
    "doc_id": "TEXT NOT NULL",
    "sha256": "TEXT NOT NULL",  # of the canonical text
    "title": "TEXT NOT NULL",
    "language": "INTEGER NOT NULL",  # position in LANGUAGES
    "published": "INTEGER",  # day, as date.toordinal counts
    "valid_until": "INTEGER",  # the last day, likewise
    "visible_from": "REAL",  # seconds since 1970, UTC
    "translation_key": "TEXT",
    "tags": "TEXT NOT NULL",  # JSON
}
ALWAYS = np.iinfo(np.int32).max  # the day on which what is valid for ever ends


@dataclass(frozen=True, slots=True)
class DocumentTable:
    """Documents by number, in the order of their rows."""

    doc_ids: list[str]
    language: np.ndarray  # (D,) int8, position in LANGUAGES
    published: np.ndarray  # (D,) int32, day; 0 without a date
    valid_until: np.ndarray  # (D,) int32, last day; ALWAYS where it never ends
    visible_from: np.ndarray  # (D,) float64, seconds since 1970; -inf where there is no embargo
    text: np.ndarray  # (D,) int64, equal where two texts are the same, to the letter
    twins: np.ndarray  # (D,) int64, equal where language and title, too, are the same
    repeated: np.ndarray  # (D,) bool: another document has the same text
    version: np.ndarray  # (D,) int64, equal where front matter ties two texts; -1: to none
    tagged: dict[str, np.ndarray]  # tag -> (T,) int64, numbers of the documents
    numbers: dict[str, int]  # doc_id -> number

    @classmethod
    def of(cls, rows: Sequence[tuple[Any, ...]]) -> DocumentTable:
        """Take the values of COLUMNS, document by document."""
        columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
        ids, sha256, titles, language, published, valid_until, visible_from, keys, tags = columns
        tagged: dict[str, list[int]] = {}
        for number, plain in enumerate(tags):
            if plain != "[]":
                for tag in json.loads(plain):
                    tagged.setdefault(tag, []).append(number)
        texts = _groups(sha256)
        return cls(
            doc_ids=list(ids),
            language=np.array(language, np.int8),
            published=np.array([day or 0 for day in published], np.int32),
            valid_until=np.array([day or ALWAYS for day in valid_until], np.int32),
            visible_from=np.array([-np.inf if t is None else t for t in visible_from], np.float64),
            text=texts,
            twins=_groups(zip(sha256, titles, language, strict=True)),
            repeated=np.bincount(texts)[texts] > 1 if len(texts) else np.empty(0, bool),
            version=_groups(keys),
            tagged={tag: np.array(numbers, np.int64) for tag, numbers in tagged.items()},
            numbers={doc_id: number for number, doc_id in enumerate(ids)},
        )

    def __len__(self) -> int:
        return len(self.doc_ids)


def columns_of(record: DocumentRecord) -> tuple[Any, ...]:
    """Return the values of COLUMNS."""
    metadata = record.metadata
    visible_from = metadata.visible_from
    return (
        record.doc_id,
        record.sha256,
        record.title,
        LANGUAGES.index(record.language),
        record.published and record.published.toordinal(),
        metadata.valid_until and metadata.valid_until.toordinal(),
        visible_from and visible_from.timestamp(),
        metadata.translation_key,
        json.dumps(metadata.tags),
    )


def _groups(values: Iterable[Hashable]) -> np.ndarray:
    """A number for each value, -1 for none."""
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(v, len(known)) if v else -1 for v in values], np.int64)
