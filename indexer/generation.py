"""From documents to a published generation: segments written or taken over, originals kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.blocks import Entry, trusted
from indexer.cutting import Cut, LazyEncoder
from indexer.lists import Centres
from indexer.manifest import Generation, Segment
from indexer.previous import Previous
from indexer.publishing import publish, take_over
from indexer.segment_writing import Kept, VectorsOf, write_segment
from indexer.segments import Document, plan
from indexer.settings import Settings
from indexer.summary import Progress


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
    reused = {f"segments/{segment.name}" for segment in planned.reused}
    known = _take_over(folder, previous, lambda path: "/".join(path.split("/", 2)[:2]) in reused)
    passages = sum(document.count for document in documents)
    # A run that writes everything anew takes nothing over: what is gone may have shaped them.
    takes = planned.reused and _same_encoder(encoder, previous)
    centres = Centres(passages, previous.centres) if takes else Centres(passages)
    writer = _Writer(folder, encoder, previous, progress, vectors, centres)
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
    centres: Centres

    def dimension(self) -> int:
        """Length of the vectors, also where none was written."""
        known = self.previous.generation
        if known is None or not _same_encoder(self.encoder, self.previous):
            return self.encoder().dimension
        return known.manifest.dimension

    def write(self, name: str, documents: Sequence[Document]) -> Segment:
        """Write a segment and check that it can be read back."""
        kept: dict[str, Kept] = {}
        new = []
        for one in documents:
            if isinstance(one, Cut):
                new.append(one)
            elif one.analysed_alike:
                segment, number = self.previous.place(one.old.doc_id)
                into = kept.setdefault(segment.name, Kept(segment))
                into.numbers.append(number)
                if not one.unchanged:
                    into.changed[number] = one.record
            else:
                new.append(one.load(self.previous))
        self.progress("write", 0, 1)
        folder = self.folder / "segments" / name
        checks = trusted if self.previous.generation is None else self.previous.generation.blocks
        written = write_segment(
            folder,
            list(kept.values()),
            new,
            self.vectors,
            self.dimension,
            checks,
            self.centres,
        )
        self.progress("write", 1, 1)
        return written


def _same_encoder(encoder: LazyEncoder, previous: Previous) -> bool:
    known = previous.generation
    return known is not None and known.manifest.encoder_fingerprint == encoder.fingerprint


def _take_over(folder: Path, previous: Previous, wanted: Callable[[str], bool]) -> dict[str, Entry]:
    if previous.generation is None:
        return {}
    manifest = previous.generation.manifest
    taken = {path: entry for path, entry in manifest.files.items() if wanted(path)}
    for below in {path.rpartition("/")[0] for path in taken}:
        (folder / below).mkdir(parents=True, exist_ok=True)
    published, new = os.fspath(previous.generation.folder), os.fspath(folder)
    for path in taken:  # joined as text: there are as many as documents
        take_over(f"{published}/{path}", f"{new}/{path}")
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
