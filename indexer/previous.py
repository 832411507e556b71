"""The published generation as the next run sees it: what need not be done again."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np

from indexer.errors import IndexUnavailable
from indexer.publishing import current
from indexer.records import DocumentRecord
from indexer.sentence_vectors import SentenceVectors
from indexer.store import Store
from indexer.types import Passage
from indexer.vectors import VectorIndex

PassageVectors = tuple[np.ndarray, np.ndarray]  # (D,) float32 of it, (U, D) int8 of its units
ContentKey = tuple[str, str, str]  # SHA-256 of file and of sidecar, file ending


@dataclass(slots=True)
class Previous:
    """Empty before the first run."""

    generation: int | None = None
    folder: Path | None = None
    dimension: int = 0
    by_path: dict[tuple[str, str], DocumentRecord] = field(default_factory=dict)
    by_content: dict[ContentKey, DocumentRecord] = field(default_factory=dict)
    _store: Store | None = None
    _vectors: VectorIndex | None = None
    _sentences: SentenceVectors | None = None
    _rows: dict[bytes, int] = field(default_factory=dict)

    @classmethod
    def load(cls, index: Path) -> Previous:
        """Raises IndexDamaged where the published generation cannot be read."""
        try:
            published = current(index)
        except IndexUnavailable:
            return cls()
        store = Store(published.folder / "store.sqlite")
        records = store.documents()
        return cls(
            generation=published.manifest.generation,
            folder=published.folder,
            dimension=published.manifest.dimension,
            by_path={(record.folder, record.path): record for record in records},
            by_content={content_key(record): record for record in reversed(records)},
            _store=store,
            _vectors=VectorIndex.load(published.folder / "vectors.faiss"),
            _sentences=SentenceVectors.load(published.folder),
            _rows=store.keys(),
        )

    def text(self, record: DocumentRecord) -> str:
        """The canonical text that is published for this record."""
        if self._store is None:
            raise KeyError(record.doc_id)
        return self._store.text(record.doc_id)

    def passages(self, record: DocumentRecord) -> list[tuple[Passage, bytes]]:
        """The passages that are published for this record, each with its embedding key."""
        return [] if self._store is None else self._store.passages_of(record.doc_id)

    def vectors(self, keys: list[bytes]) -> dict[bytes, PassageVectors]:
        """The vectors that are already known, by embedding key."""
        known = [key for key in keys if key in self._rows]
        if self._vectors is None or self._sentences is None or not known:
            return {}
        rows = np.array([self._rows[key] for key in known])
        sentences = (self._sentences.units(row) for row in rows)
        return {
            key: (vector, units)
            for key, vector, units in zip(
                known, self._vectors.vectors(rows), sentences, strict=True
            )
        }

    def original(self, sha256: str) -> Path | None:
        """Our copy of an original file, where it is kept."""
        if self.folder is None:
            return None
        copy = self.folder / "originals" / sha256
        return copy if copy.is_file() else None


def content_key(record: DocumentRecord) -> ContentKey:
    """What makes two files read alike."""
    ending = PurePosixPath(record.path).suffix.lower()
    return record.file_sha256, record.sidecar_sha256, ending
