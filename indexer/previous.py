"""The published generation as the next run sees it: what need not be done again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from indexer.contents import Contents
from indexer.damage import noted
from indexer.errors import IndexDamaged
from indexer.joined import Stores
from indexer.manifest import (
    Generation,
    Segment,
    current_name,
    cut_off,
    damaged_files,
    generations,
    read_manifest,
)
from indexer.reading.files import ending
from indexer.records import DocumentRecord
from indexer.store import Store
from indexer.types import Passage

PassageVectors = tuple[np.ndarray, np.ndarray]  # (D,) float32 of it, (U, D) int8 of its units
ContentKey = tuple[str, str, str]  # SHA-256 of file and of sidecar, file ending


@dataclass(slots=True)
class Previous:
    """Empty before the first run."""

    generation: Generation | None = None
    by_path: dict[tuple[str, str], DocumentRecord] = field(default_factory=dict)
    by_content: dict[ContentKey, DocumentRecord] = field(default_factory=dict)
    segment_of: Mapping[str, str] = field(default_factory=dict)  # doc_id -> name of its segment
    damages: list[str] = field(default_factory=list)  # what is not used, and why
    only_texts: Collection[str] = ()  # doc_ids of damaged segments: all else is made anew
    _damaged: Collection[str] = ()  # files
    _counts: Mapping[str, int] = field(default_factory=dict)
    _numbers: Mapping[str, int] = field(default_factory=dict)  # doc_id -> number in its segment
    _contents: Contents | None = None
    _rescued: Stores | None = None  # of damaged segments

    @classmethod
    def load(cls, index: Path, *, verify: bool = False) -> Previous:
        """Read the published generation; of damaged segments the texts, if these are whole.

        Args:
            verify: read every byte; else files count as damaged that are missing or cut off, that
                cannot be opened, or that were noted as damaged by whoever read them.

        Raises:
            IndexDamaged: if there are generations, but of none is the manifest readable.
        """
        name = current_name(index)
        if name is None:
            return cls()
        damages: list[str] = []
        published = index / "generations" / name
        for folder in dict.fromkeys([published, *reversed(generations(index))]):
            try:
                generation = read_manifest(folder)
                damaged = damaged_files(generation) if verify else _known(generation)
                sound, contents = _sound(generation, damaged, damages)
                return cls.of(sound, contents, damages, set(damaged), _rescued(generation, sound))
            except IndexDamaged as error:
                damages.append(str(error))
        raise IndexDamaged(damages[0])

    @classmethod
    def of(
        cls,
        published: Generation,
        contents: Contents,
        damages: Sequence[str] = (),
        damaged: Collection[str] = (),
        rescued: Stores | None = None,
    ) -> Previous:
        """Describe a generation of which everything could be opened.

        Args:
            damages: what of the published one is not used, and why.
            damaged: files that must not be taken over.
            rescued: what damaged segments still hold.
        """
        records = contents.stores.records()
        counts = np.bincount(contents.stores.table.document, minlength=len(records))
        without_vectors = [] if rescued is None else rescued.records()
        every = [*records, *without_vectors]
        segments = published.manifest.segments
        places = [(one.name, number) for one in segments for number in range(one.documents)]
        return cls(
            generation=published,
            by_path={(record.folder, record.path): record for record in every},
            by_content={
                content_key(record): record
                for record in sorted(every, key=lambda record: record.doc_id, reverse=True)
            },
            segment_of={r.doc_id: name for r, (name, _) in zip(records, places, strict=True)},
            _numbers={r.doc_id: number for r, (_, number) in zip(records, places, strict=True)},
            damages=list(damages),
            only_texts={record.doc_id for record in without_vectors},
            _damaged=damaged,
            _counts={r.doc_id: int(n) for r, n in zip(records, counts, strict=True)},
            _contents=contents,
            _rescued=rescued,
        )

    @property
    def number(self) -> int | None:
        """Of the published generation."""
        return None if self.generation is None else self.generation.manifest.generation

    @property
    def segments(self) -> list[Segment]:
        """The published segments, in the order of their rows."""
        return [] if self.generation is None else self.generation.manifest.segments

    def count(self, record: DocumentRecord) -> int:
        """How many passages are published for this record."""
        return self._counts[record.doc_id]

    def text(self, record: DocumentRecord) -> str:
        """The canonical text that is published for this record; raises KeyError."""
        if self._rescued is not None and record.doc_id in self.only_texts:
            return self._rescued.text(record.doc_id)
        return self._published().stores.text(record.doc_id)

    def passages(self, record: DocumentRecord) -> list[tuple[Passage, bytes]]:
        """The passages that are published for this record, each with its embedding key."""
        return self._published().stores.passages_of(record.doc_id)

    def known(self, keys: Sequence[bytes]) -> Collection[bytes]:
        """Those of these embedding keys whose vectors are published."""
        return () if self._contents is None else self._contents.stores.rows_of(keys)

    def vectors(self, keys: Sequence[bytes]) -> dict[bytes, PassageVectors]:
        """The vectors that are already known, by embedding key."""
        if self._contents is None or not keys:
            return {}
        known = self._contents.stores.rows_of(keys)
        rows = np.array(list(known.values()), np.int64)
        sentences = (self._contents.sentences.units(row) for row in rows.tolist())
        return {
            key: (vector, units)
            for key, vector, units in zip(
                known, self._contents.vectors.vectors(rows), sentences, strict=True
            )
        }

    def centres(self) -> np.ndarray | None:
        """Those of its lists, if it has any."""
        return None if self._contents is None else self._contents.vectors.centres

    def place(self, doc_id: str) -> tuple[Path, int]:
        """The folder of the segment that holds a document, and its number there; KeyError."""
        if self.generation is None:
            raise KeyError(doc_id)
        return self.generation.folder / "segments" / self.segment_of[doc_id], self._numbers[doc_id]

    def has_original(self, sha256: str) -> bool:
        """Whether our copy of an original file is kept whole."""
        path = f"originals/{sha256}"
        if self.generation is None or path in self._damaged:
            return False
        return path in self.generation.manifest.files

    def _published(self) -> Contents:
        if self._contents is None:
            raise KeyError("nothing is published")
        return self._contents


def _known(generation: Generation) -> list[str]:
    """The files that are damaged as far as can be told without reading them."""
    found = noted(generation.folder) & generation.manifest.files.keys()
    return sorted({*cut_off(generation), *found})


def _sound(
    generation: Generation, files: Sequence[str], damages: list[str]
) -> tuple[Generation, Contents]:
    """The same generation without its damaged segments, and what it holds."""
    damaged = {path.split("/")[1] for path in files if path.startswith("segments/")}
    damages += [
        f"{generation.folder / path} is damaged" for path in files if path.startswith("originals/")
    ]
    manifest = generation.manifest
    while True:
        segments = [one for one in manifest.segments if one.name not in damaged]
        sound = Generation(generation.folder, replace(manifest, segments=segments))
        try:
            contents = Contents.of(sound)
        except IndexDamaged as error:
            inside = (one.name for one in segments if f"/segments/{one.name}/" in f"{error}")
            found = next(inside, None)
            if found is None:
                raise
            damaged.add(found)
        else:
            damages += [f"segment {name} of {generation.folder} is damaged" for name in damaged]
            return sound, contents


def _rescued(generation: Generation, sound: Generation) -> Stores | None:
    """The stores of damaged segments that are whole themselves; None where there is none.

    A document whose file cannot be read now is kept by its text, and no other is cited anew.
    """
    used = {segment.name for segment in sound.manifest.segments}
    stores = []
    for folder in generation.segments:
        if folder.name not in used:
            with suppress(IndexDamaged):
                stores.append(Store(folder, generation.blocks, only_file=True))
    return Stores(stores) if stores else None


def content_key(record: DocumentRecord) -> ContentKey:
    """What makes two files read alike."""
    return record.file_sha256, record.sidecar_sha256, ending(record.path)
