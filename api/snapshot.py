"""One published generation, loaded for reading, and what a request may see of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from datetime import date, datetime
from functools import cache
from pathlib import Path

import numpy as np

from api.answers import IndexState, OtherPlace, PassagePlace
from api.clock import Clock, running
from api.filters import Filters
from api.passing import embargoed, once, passing
from api.versions import Versions
from indexer.analysis import LANGUAGES
from indexer.contents import Contents
from indexer.errors import EncoderMismatch
from indexer.joined import Records
from indexer.leases import Lease
from indexer.lexical import LEXICAL_FOLDER, LexicalIndex
from indexer.manifest import Generation
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
        self._embargo_holds = True
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
        _ = self.vectors.centres  # read before anybody asks, and once
        self.sentences = contents.sentences
        self.terms = LexicalIndex(
            [f / LEXICAL_FOLDER for f in generation.segments], generation.blocks
        )
        self.documents = self.store.documents
        self.by_id = Records(self.store)
        self._table = self.store.table
        count = len(self.documents)
        self._hidden = np.zeros(count, bool)
        if hidden is not None:
            self._hidden[:] = [hidden(record) for record in self.store.records()]
        self._listed = np.array(np.argsort(np.array(self.documents.doc_ids, object)), np.int64)
        self._places = np.empty(count, np.int64)  # of each document in the order of doc_id
        self._places[self._listed] = np.arange(count)
        rows = np.arange(len(self._table.document))
        # Ties stand in the order of (doc_id, start), however the documents were added.
        self.order = (self._places[self._table.document] << 32) + rows
        self._starts = np.searchsorted(self._table.document, np.arange(count + 1))
        self.versions = Versions(self.documents, self._starts, self._table.document, self.vectors)

    def seeing_embargoed(self) -> Snapshot:
        """The same for a request to which documents under embargo exist."""
        seeing = copy(self)
        seeing._embargo_holds = False
        return seeing

    @property
    def today(self) -> date:
        """The day that answers are given on."""
        return self._clock().date()

    def record(self, doc_id: str) -> DocumentRecord:
        """The document, unless it is concealed or unknown: then KeyError."""
        if self._concealed(self._clock())[self.documents.numbers[doc_id]]:
            raise KeyError(doc_id)
        return self.by_id[doc_id]

    def listed(self, filters: Filters) -> list[str]:
        """The ids of the documents that pass the filters, sorted."""
        now = self._clock()
        passes = passing(self.documents, filters, now) & ~self._concealed(now)
        if filters.language is not None:
            passes &= self.documents.language == LANGUAGES.index(filters.language)
        ids = self.documents.doc_ids
        return [ids[number] for number in self._listed[passes[self._listed]].tolist()]

    def by_sha256(self) -> dict[str, str]:
        """Hash of the canonical text -> doc_id of the visible document that is found by it."""
        passes = ~self._concealed(self._clock())
        shown = once(self.documents, passes, self._places)[self._listed]
        ids = [self.documents.doc_ids[number] for number in self._listed[shown].tolist()]
        return {self.by_id[doc_id].sha256: doc_id for doc_id in reversed(ids)}

    def passages(self, filters: Filters) -> np.ndarray:
        """(N,) bool: which passages may be found; of the same text twice those of one document."""
        now = self._clock()
        passes = passing(self.documents, filters, now) & ~self._concealed(now)
        passes = once(self.documents, passes, self._places)
        if passes.all():
            allowed = np.ones(len(self._table.document), bool)
        else:
            allowed = passes[self._table.document]
        if filters.language is not None:
            allowed &= self._table.language == LANGUAGES.index(filters.language)
        return allowed

    @property
    def visible(self) -> np.ndarray | None:
        """(N,) bool: the passages that the request may know of; None where all are."""
        concealed = self._concealed(self._clock())
        return ~concealed[self._table.document] if concealed.any() else None

    def rows_of(self, record: DocumentRecord) -> np.ndarray:
        """(R,) int64: the rows of the document's passages, in order."""
        number = self.documents.numbers[record.doc_id]
        return np.arange(self._starts[number], self._starts[number + 1])

    def languages(self, rows: np.ndarray) -> list[Language]:
        """The languages of the passages of these rows."""
        return [LANGUAGES[code] for code in self._table.language[rows].tolist()]

    def places(self, rows: np.ndarray) -> list[PassagePlace]:
        """Where the passages of these rows stand, in this order."""
        table = self._table
        return [
            PassagePlace(self.documents.doc_ids[document], start, end, LANGUAGES[language])
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
        return len(self.rows_of(record))

    def translations(self, record: DocumentRecord) -> tuple[OtherPlace, ...]:
        """Visible documents that the front matter ties to this one, in another language."""
        return tuple(
            place for place in self.other_places(record) if place.language != record.language
        )

    def other_places(
        self, record: DocumentRecord, repeats: Sequence[int] = ()
    ) -> tuple[OtherPlace, ...]:
        """Visible documents with the same text or translation key, and those of these rows."""
        table, own = self.documents, self.documents.numbers[record.doc_id]
        alike = np.append(self._table.document[list(repeats)], own)
        same = np.isin(table.text, table.text[alike[table.repeated[alike]]])
        if table.version[own] >= 0:
            same |= table.version == table.version[own]
        same[alike] = True
        same[own] = False
        same &= ~self._concealed(self._clock())
        ids = sorted(table.doc_ids[number] for number in np.flatnonzero(same).tolist())
        others = map(self.by_id.__getitem__, ids)
        return tuple(OtherPlace(other.doc_id, other.title, other.language) for other in others)

    def _concealed(self, now: datetime) -> np.ndarray:
        """(D,) bool: which documents the request may not know of."""
        if not self._embargo_holds:
            return self._hidden
        return np.asarray(self._hidden | embargoed(self.documents, now))
