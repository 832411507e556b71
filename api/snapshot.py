"""One published generation, loaded for reading, and what a request may see of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

import numpy as np

from api.answers import IndexState, OtherPlace, PassagePlace
from api.clock import Clock, running
from api.filters import Filters
from api.versions import Versions
from indexer.analysis import LANGUAGES
from indexer.errors import EncoderMismatch
from indexer.leases import Lease
from indexer.lexical import LexicalIndex
from indexer.manifest import Generation
from indexer.previous import Contents
from indexer.records import DocumentRecord
from indexer.types import Language


class Snapshot:
    """Immutable; a request holds one from beginning to end."""

    def __init__(
        self,
        generation: Generation,
        lease: Lease,
        encoder: str,
        encoder_fingerprint: str,
        clock: Clock = running,
        hidden: Callable[[DocumentRecord], bool] | None = None,
    ) -> None:
        """Raises EncoderMismatch, naming both, and IndexDamaged.

        Args:
            hidden: documents that are not to be shown, as if they were under embargo.
            lease: on the generation; it is given back when the last request of it has ended.
        """
        self._clock = clock
        self._lease = lease
        manifest = generation.manifest
        if manifest.encoder_fingerprint != encoder_fingerprint:
            raise EncoderMismatch(
                f"{generation.folder} was built with encoder {manifest.encoder} "
                f"({manifest.encoder_fingerprint[:12]}), the setting names {encoder} "
                f"({encoder_fingerprint[:12]}); run `fundstelle index` to embed its passages "
                f"again, or set FUNDSTELLE_ENCODER={manifest.encoder}"
            )
        self.folder: Path = generation.folder
        self.name = generation.folder.name
        self.state = IndexState(
            generation=manifest.generation,
            published_at=datetime.fromisoformat(manifest.published_at),
        )
        self.blocks = cache(generation.blocks)  # of an original: each is compared once
        contents = Contents.of(generation)
        self.store, self.vectors = contents.stores, contents.vectors
        self.sentences = contents.sentences
        self.terms = LexicalIndex([f / "lexical" for f in generation.segments], generation.blocks)
        self.records = self.store.documents()  # in the order of their rows
        self._hidden = {r.doc_id for r in self.records if hidden is not None and hidden(r)}
        # The only ones that may be under embargo: no question should look at all documents for it.
        self._dated = [
            place
            for place, record in enumerate(self.records)
            if record.doc_id in self._hidden or record.metadata.visible_from is not None
        ]
        self._listed = sorted(self.records, key=lambda record: record.doc_id)
        self.by_id = {record.doc_id: record for record in self.records}
        self._table = self.store.table()
        places = {record.doc_id: place for place, record in enumerate(self._listed)}
        ranks = np.array([places[record.doc_id] for record in self.records], np.int64)
        # Ties stand in the order of (doc_id, start), however the documents were added.
        self.order = (ranks[self._table.document] << 32) + np.arange(len(self._table.document))
        self._numbers = {record.doc_id: number for number, record in enumerate(self.records)}
        self.versions = Versions(self.records, self._table.document, self.vectors)
        counts = np.bincount(self._table.document, minlength=len(self.records))
        self._passages = {r.doc_id: int(n) for r, n in zip(self.records, counts, strict=True)}
        self._alike: dict[tuple[str, str], list[DocumentRecord]] = {}
        for record in self.records:
            for trait in _traits(record):
                self._alike.setdefault(trait, []).append(record)

    @property
    def today(self) -> date:
        """The day that answers are given on."""
        return self._clock().date()

    def record(self, doc_id: str) -> DocumentRecord:
        """The document, unless it is under embargo or unknown: then KeyError."""
        record = self.by_id[doc_id]
        if self._embargoed(record, self._clock()):
            raise KeyError(doc_id)
        return record

    def documents(self, filters: Filters) -> list[DocumentRecord]:
        """The documents that pass the filters, in the order of doc_id."""
        now, filters = self._clock(), _with_sets(filters)
        return [
            record
            for record in self._listed
            if self._passes(record, filters, now)
            and (filters.language is None or record.language == filters.language)
        ]

    def passages(self, filters: Filters) -> np.ndarray:
        """(N,) bool: which passages may be found."""
        now, filters = self._clock(), _with_sets(filters)
        documents = np.array([self._passes(r, filters, now) for r in self.records], bool)
        allowed: np.ndarray = documents[self._table.document]
        if filters.language is not None:
            allowed &= self._table.language == LANGUAGES.index(filters.language)
        return allowed

    @property
    def visible(self) -> np.ndarray | None:
        """(N,) bool: the passages that anybody may know of; None where all are."""
        now = self._clock()
        hidden = [place for place in self._dated if self._embargoed(self.records[place], now)]
        return ~np.isin(self._table.document, hidden) if hidden else None

    def rows_of(self, record: DocumentRecord) -> np.ndarray:
        """(R,) int64: the rows of the document's passages, in order."""
        return np.flatnonzero(self._table.document == self._numbers[record.doc_id])

    def languages(self, rows: np.ndarray) -> list[Language]:
        """The languages of the passages of these rows."""
        return [LANGUAGES[code] for code in self._table.language[rows].tolist()]

    def places(self, rows: np.ndarray) -> list[PassagePlace]:
        """Where the passages of these rows stand, in this order."""
        table = self._table
        return [
            PassagePlace(self.records[document].doc_id, start, end, LANGUAGES[language])
            for document, start, end, language in zip(
                table.document[rows].tolist(),
                table.start[rows].tolist(),
                table.end[rows].tolist(),
                table.language[rows].tolist(),
                strict=True,
            )
        ]

    def passages_of(self, record: DocumentRecord) -> int:
        """How many passages the document has."""
        return self._passages[record.doc_id]

    def translations(self, record: DocumentRecord) -> tuple[OtherPlace, ...]:
        """Visible documents that the front matter ties to this one, in another language."""
        return tuple(
            place for place in self.other_places(record) if place.language != record.language
        )

    def other_places(
        self, record: DocumentRecord, repeats: Sequence[int] = ()
    ) -> tuple[OtherPlace, ...]:
        """Visible documents with the same text or translation key, and those of these rows."""
        now = self._clock()
        alike = {other.doc_id: other for trait in _traits(record) for other in self._alike[trait]}
        for number in self._table.document[list(repeats)].tolist():
            alike[self.records[number].doc_id] = self.records[number]
        return tuple(
            OtherPlace(other.doc_id, other.title, other.language)
            for doc_id, other in sorted(alike.items())
            if doc_id != record.doc_id and not self._embargoed(other, now)
        )

    def _embargoed(self, record: DocumentRecord, now: datetime) -> bool:
        visible_from = record.metadata.visible_from
        return record.doc_id in self._hidden or (visible_from is not None and now < visible_from)

    def _passes(self, record: DocumentRecord, filters: Filters, now: datetime) -> bool:
        """Whether the document may be found; the passage's language is another matter."""
        metadata = record.metadata
        expired = metadata.valid_until is not None and now.date() > metadata.valid_until
        return (
            not self._embargoed(record, now)
            and (filters.include_expired or not expired)
            and (filters.doc_ids is None or record.doc_id in filters.doc_ids)
            and (filters.tags is None or any(tag in filters.tags for tag in metadata.tags))
            and _in_period(record.published, filters)
        )


def _traits(record: DocumentRecord) -> list[tuple[str, str]]:
    """What two documents share if one is the other's duplicate or translation."""
    key = record.metadata.translation_key
    return [("text", record.sha256), *([("translation", key)] if key else [])]


def _with_sets(filters: Filters) -> Filters:
    """The same filters, quick to look up in however many values they have."""
    return replace(
        filters,
        doc_ids=None if filters.doc_ids is None else frozenset(filters.doc_ids),
        tags=None if filters.tags is None else frozenset(filters.tags),
    )


def _in_period(published: date | None, filters: Filters) -> bool:
    """Whether the date lies between both ends; without a date no end holds."""
    first, last = filters.published_from, filters.published_to
    if first is None and last is None:
        return True
    return published is not None and (first or published) <= published <= (last or published)
