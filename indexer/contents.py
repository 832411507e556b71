"""What the segments of a generation hold, read as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from indexer.joined import Sentences, Stores, Vectors
from indexer.manifest import Generation
from indexer.opening import of_each
from indexer.sentence_vectors import SentenceVectors
from indexer.store import Store
from indexer.vectors import VectorIndex


@dataclass(frozen=True, slots=True)
class Contents:
    """All of it, open."""

    stores: Stores
    vectors: Vectors
    sentences: Sentences

    @classmethod
    def of(cls, generation: Generation) -> Self:
        """Raises IndexDamaged, naming the file.

        The same is raised later, where vectors are found damaged when they are first read.
        """
        folders, checks = generation.segments, generation.blocks
        dimension = generation.manifest.dimension
        return cls(
            Stores(of_each(folders, lambda folder: Store(folder, checks))),
            Vectors(of_each(folders, lambda folder: VectorIndex.load(folder, checks)), dimension),
            Sentences(of_each(folders, lambda folder: SentenceVectors.load(folder, checks))),
        )
