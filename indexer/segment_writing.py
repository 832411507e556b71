"""A segment on disk: documents that are new, and those of other segments without working on them.

What is kept of a segment is copied table by table. No text is analysed again and no vector changes,
so that to remove one document of a hundred thousand passages takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from indexer.blocks import Checks
from indexer.cutting import Cut
from indexer.embedding_input import matched_text
from indexer.errors import IndexDamaged
from indexer.lexical import LEXICAL_FOLDER, LexicalIndex
from indexer.lists import Centres
from indexer.manifest import Segment
from indexer.previous import PassageVectors
from indexer.records import DocumentRecord
from indexer.sentence_vectors import SentenceVectors
from indexer.store import Store
from indexer.store_writer import StoreWriter
from indexer.vectors import VectorIndex

VectorsOf = Callable[[Sequence[bytes]], Mapping[bytes, PassageVectors]]


@dataclass(slots=True)
class Kept:
    """Documents of a published segment that stand in the new one as they are."""

    folder: Path
    numbers: list[int] = field(default_factory=list)  # of the documents there
    changed: dict[int, DocumentRecord] = field(default_factory=dict)  # number there -> new record

    def rows(self, checks: Checks) -> np.ndarray:
        """(R,) bool: which of the segment's rows are kept."""
        store = Store(self.folder, checks)
        store.close()
        return np.isin(store.table.document, self.numbers)


def write_segment(
    folder: Path,
    kept: Sequence[Kept],
    new: Sequence[Cut],
    vectors: VectorsOf,
    dimension: Callable[[], int],
    checks: Checks,
    centres: Centres,
) -> Segment:
    """Write a new folder, and check that it can be read back.

    Args:
        kept: stand before what is new.
        vectors: gives those of new passages; asked last, for they may still be in the making.
        dimension: gives their length; asked last, too.
        checks: of the segments that documents are kept of.
        centres: of the segments of this generation.

    Raises:
        IndexDamaged: if a kept segment cannot be read, or the new one holds not what was written.
        OSError: if the disk is full.
    """
    folder.mkdir(parents=True)
    rows = [one.rows(checks) for one in kept]
    keys = [key for cut in new for key in cut.keys]
    LexicalIndex.build(
        folder / LEXICAL_FOLDER,
        (
            (passage.language, matched_text(cut.record.title, passage))
            for cut in new
            for passage in cut.passages
        ),
        [(one.folder / LEXICAL_FOLDER, own) for one, own in zip(kept, rows, strict=True)],
        checks,
    )
    with StoreWriter(folder) as store:
        for one in kept:
            store.copy(one.folder, sorted(one.numbers), one.changed)
        store.add((c.record, c.text, list(zip(c.passages, c.keys, strict=True))) for c in new)
        store.finish()
    sources = [
        (VectorIndex.load(one.folder, checks), SentenceVectors.load(one.folder, checks), own)
        for one, own in zip(kept, rows, strict=True)
    ]
    _write_vectors(folder, sources, vectors(list(dict.fromkeys(keys))), keys, dimension(), centres)
    documents = sum(len(one.numbers) for one in kept) + len(new)
    passages = sum(int(own.sum()) for own in rows) + len(keys)
    _verify(folder, documents, passages)
    return Segment(folder.name, documents, passages)


def _write_vectors(
    folder: Path,
    kept: Sequence[tuple[VectorIndex, SentenceVectors, np.ndarray]],
    vectors: Mapping[bytes, PassageVectors],
    keys: Sequence[bytes],
    dimension: int,
    centres: Centres,
) -> None:
    matrices = [passages.vectors(np.flatnonzero(own)) for passages, _, own in kept]
    matrices.append(np.array([vectors[key][0] for key in keys], np.float32).reshape(-1, dimension))
    VectorIndex.build(np.concatenate(matrices), centres).save(folder)
    SentenceVectors.save(
        folder,
        [vectors[key][1] for key in keys],
        dimension,
        [(sentences, own) for _, sentences, own in kept],
    )


def _verify(segment: Path, documents: int, passages: int) -> None:
    """Open what was written as a reader would; raises IndexDamaged where counts differ."""
    store, vectors = Store(segment), VectorIndex.load(segment)
    lists = vectors.lists
    if lists is not None:
        lists.compare()
    try:
        counts = {
            "documents": (len(store.columns()), documents),
            "passages": (len(store), passages),
            "vectors": (len(vectors), passages),
            "vectors in lists": (len(vectors if lists is None else lists), passages),
            "sentence vectors": (len(SentenceVectors.load(segment)), passages),
            "terms": (len(LexicalIndex([segment / LEXICAL_FOLDER])), passages),
        }
    finally:
        store.close()
    for what, (found, expected) in counts.items():
        if found != expected:
            raise IndexDamaged(f"{segment} holds {found} {what}, {expected} were written")
