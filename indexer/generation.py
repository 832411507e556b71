"""From documents to a published generation: segments written or taken over, originals kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.cutting import Cut, LazyEncoder
from indexer.embedding_input import matched_text
from indexer.errors import IndexDamaged
from indexer.lexical import LexicalIndex
from indexer.manifest import Entry, Generation, Segment
from indexer.previous import PassageVectors, Previous
from indexer.publishing import publish, take_over
from indexer.segments import Document, plan
from indexer.sentence_vectors import SentenceVectors
from indexer.settings import Settings
from indexer.store import Store, write_store
from indexer.summary import Progress
from indexer.vectors import VectorIndex

VectorsOf = Callable[[Sequence[bytes]], dict[bytes, PassageVectors]]


def publish_documents(
    settings: Settings,
    folder: Path,
    documents: Sequence[Document],
    encoder: LazyEncoder,
    previous: Previous,
    progress: Progress,
    vectors: VectorsOf,
) -> Generation:
    """Write everything into `folder`, check that it can be read back, and publish it.

    Args:
        folder: from `building`; originals that were read in this run are in it already.
        documents: in the order of doc_id.
        vectors: gives the vectors of these embedding keys, all of them; asked last, for they may
            still be in the making.
    """
    planned = plan(documents, previous.segments, previous.segment_of)
    known: dict[str, Entry] = {}
    for segment in planned.reused:
        known |= _take_over_segment(folder, segment, previous)
    writer = _Writer(folder, encoder, previous, progress, vectors)
    written = []
    number = max((int(segment.name) for segment in previous.segments), default=0)
    for group in planned.written:
        number += 1
        written.append(writer.write(f"{number:06d}", group))
    known |= _keep_originals(folder, documents, previous)
    return publish(
        settings.index,
        folder,
        encoder=settings.encoder,
        encoder_fingerprint=encoder.fingerprint,
        dimension=writer.dimension(),
        segments=[*planned.reused, *written],
        known=known,
        keep=settings.keep_generations,
    )


@dataclass(slots=True)
class _Writer:
    folder: Path
    encoder: LazyEncoder
    previous: Previous
    progress: Progress
    vectors: VectorsOf
    _dimension: int = 0

    def dimension(self) -> int:
        """Length of the vectors, also where none was written."""
        return self._dimension or self.previous.dimension or self.encoder().dimension

    def write(self, name: str, documents: Sequence[Document]) -> Segment:
        """Write a segment and check that it can be read back."""
        cuts = [one if isinstance(one, Cut) else one.load(self.previous) for one in documents]
        rows = [(cut, passage) for cut in cuts for passage in cut.passages]
        keys = [key for cut in cuts for key in cut.keys]
        self.progress("write", 0, 1)
        segment = self.folder / "segments" / name
        segment.mkdir(parents=True)
        LexicalIndex.build(
            segment / "lexical",
            ((passage.language, matched_text(cut.record.title, passage)) for cut, passage in rows),
        )
        write_store(
            segment / "store.sqlite",
            (
                (cut.record, cut.text, list(zip(cut.passages, cut.keys, strict=True)))
                for cut in cuts
            ),
        )
        self._write_vectors(segment, keys)
        _verify(segment, len(cuts), len(rows))
        self.progress("write", 1, 1)
        return Segment(name, len(cuts), len(rows))

    def _write_vectors(self, segment: Path, keys: Sequence[bytes]) -> None:
        known = self.vectors(list(dict.fromkeys(keys)))
        if keys:
            self._dimension = len(known[keys[0]][0])
        dimension = self.dimension()
        matrix = np.array([known[key][0] for key in keys], np.float32).reshape(-1, dimension)
        VectorIndex.build(matrix).save(segment / "vectors.faiss")
        SentenceVectors.save(segment, [known[key][1] for key in keys], dimension)


def _take_over_segment(folder: Path, segment: Segment, previous: Previous) -> dict[str, Entry]:
    """Link a segment's files; return what the published manifest says of them."""
    inside = f"segments/{segment.name}/"
    return _take_over(folder, previous, lambda path: path.startswith(inside))


def _take_over(folder: Path, previous: Previous, wanted: Callable[[str], bool]) -> dict[str, Entry]:
    if previous.generation is None:
        return {}
    taken = {}
    for path, entry in previous.generation.manifest.files.items():
        if wanted(path):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            take_over(previous.generation.folder / path, folder / path)
            taken[path] = entry
    return taken


def _keep_originals(
    folder: Path, documents: Sequence[Document], previous: Previous
) -> dict[str, Entry]:
    """Hold exactly the originals of these documents; unchanged ones share the file on disk."""
    originals = folder / "originals"
    originals.mkdir(exist_ok=True)
    wanted = {document.record.file_sha256 for document in documents}
    for file in originals.iterdir():
        if file.name not in wanted:  # read, but refused a doc_id
            file.unlink()
    new = {file.name for file in originals.iterdir()}
    missing = {f"originals/{sha256}" for sha256 in wanted - new}
    return _take_over(folder, previous, missing.__contains__)


def _verify(segment: Path, documents: int, passages: int) -> None:
    """Open what was written as a reader would; raises IndexDamaged where counts differ."""
    store = Store(segment / "store.sqlite")
    try:
        counts = {
            "documents": (len(store.documents()), documents),
            "passages": (len(store.table().document), passages),
            "vectors": (len(VectorIndex.load(segment / "vectors.faiss")), passages),
            "sentence vectors": (len(SentenceVectors.load(segment)), passages),
            "terms": (len(LexicalIndex([segment / "lexical"])), passages),
        }
    finally:
        store.close()
    for what, (found, expected) in counts.items():
        if found != expected:
            raise IndexDamaged(f"{segment} holds {found} {what}, {expected} were written")
