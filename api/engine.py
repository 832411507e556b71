"""One object that answers: the HTTP API, the command line and the evaluation all ask it."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np

from api.answering import Considered, answer, consider, search
from api.answers import (
    Answer,
    DocumentInfo,
    DocumentList,
    Hits,
    IndexState,
    Original,
    PassagePlace,
)
from api.clock import clock
from api.describing import described
from api.filters import NO_FILTERS, Filters
from api.retrieval import SHIPPED, Method, only, rank
from api.snapshot import Snapshot
from api.stopwatch import Stopwatch
from indexer.changes import outdated
from indexer.encoder import Encoder, fingerprint, load_encoder, locate
from indexer.errors import IndexDamaged
from indexer.leases import leased
from indexer.manifest import current_name
from indexer.reader import Reader, load_reader
from indexer.settings import DEFAULT_K, DEFAULT_SENTENCES, Settings
from indexer.text.language import question_language
from indexer.types import Language

_log = logging.getLogger("fundstelle")


class Engine:
    """Thread-safe; each call sees exactly one generation from beginning to end."""

    def __init__(
        self, settings: Settings, encoder: Encoder, reader: Reader | None, snapshot: Snapshot
    ) -> None:
        """See `open`."""
        self._settings = settings
        self._encoder = encoder
        self._reader = reader
        self._snapshot = snapshot
        self._refreshing = threading.Lock()

    @classmethod
    def open(cls, settings: Settings) -> Engine:
        """Load the published generation, or what still holds of the one before, and its encoder.

        Raises:
            IndexUnavailable, IndexDamaged, EncoderMismatch, EncoderError: before anything slow.
        """
        folder = locate(settings.encoder, allow_download=settings.allow_download)
        generation, lease, damages = leased(settings.index)
        if damages:
            _log.error("answering from generation %s: %s", generation.folder.name, damages[0])
        snapshot = Snapshot(
            generation,
            lease,
            settings.encoder,
            fingerprint(folder),
            clock(settings.clock),
            hidden=outdated(settings.data) if damages else None,
        )
        encoder = load_encoder(
            settings.encoder, allow_download=settings.allow_download, threads=settings.threads
        )
        snapshot.terms.wanted("bereit", "de")  # reads the dictionary: the first question need not
        reader = load_reader() if settings.reader else None
        return cls(settings, encoder, reader, snapshot)

    @property
    def state(self) -> IndexState:
        """The generation that the next call would see."""
        return self._snapshot.state

    def refresh(self) -> bool:
        """Take up a newer published generation; returns whether there was one.

        Cheap where there is none: one small file is read. Calls in progress finish on theirs.

        Raises:
            IndexDamaged, EncoderMismatch: if the newer one cannot be used; the old one stays.
        """
        with self._refreshing:
            if current_name(self._settings.index) in {None, self._snapshot.name}:
                return False
            generation, lease, damages = leased(self._settings.index)
            if damages:
                lease.close()
                raise IndexDamaged(damages[0])
            self._snapshot = Snapshot(
                generation,
                lease,
                self._encoder.name,
                self._encoder.fingerprint,
                clock(self._settings.clock),
            )
            return True

    def ask(
        self,
        question: str,
        *,
        k: int = DEFAULT_K,
        max_sentences: int = DEFAULT_SENTENCES,
        language: Language | None = None,
        filters: Filters = NO_FILTERS,
    ) -> Answer:
        """Answer in the documents' own words; `language` overrides the question's."""
        return answer(
            self._snapshot,
            self._encoder,
            self._reader,
            question,
            language=language or question_language(question),
            k=k,
            max_sentences=max_sentences,
            filters=filters,
            threshold=self._settings.answer_threshold,
        )

    def consider(self, question: str, filters: Filters = NO_FILTERS) -> Considered:
        """What an answer would be decided from; for measuring and calibrating.

        Raises:
            ValueError: if no passage matches the filters.
        """
        snapshot, language = self._snapshot, question_language(question)
        allowed = snapshot.passages(filters)
        if not allowed.any():
            raise ValueError(f"no passage matches {filters}")
        return consider(
            snapshot, self._encoder, self._reader, question, language, allowed, DEFAULT_K
        )

    def search(
        self,
        query: str,
        *,
        k: int = DEFAULT_K,
        offset: int = 0,
        language: Language | None = None,
        filters: Filters = NO_FILTERS,
    ) -> Hits:
        """Rank passages; hit numbers count from the first of all hits, also behind an offset."""
        return search(
            self._snapshot,
            self._encoder,
            query,
            language=language or question_language(query),
            k=k,
            offset=offset,
            filters=filters,
        )

    def documents(
        self, *, limit: int = 50, offset: int = 0, filters: Filters = NO_FILTERS
    ) -> DocumentList:
        """List documents in the order of doc_id; `filters.language` is the document's here."""
        snapshot = self._snapshot
        ids = snapshot.listed(filters)
        shown = (snapshot.by_id[doc_id] for doc_id in ids[offset : offset + limit])
        return DocumentList(
            documents=tuple(described(snapshot, record) for record in shown),
            total=len(ids),
            index=snapshot.state,
        )

    def document(self, doc_id: str) -> DocumentInfo:
        """Describe a document; raises KeyError where no visible one has this id."""
        snapshot = self._snapshot
        return described(snapshot, snapshot.record(doc_id))

    def text(self, doc_id: str) -> str:
        """Return the canonical text; raises KeyError."""
        snapshot = self._snapshot
        return snapshot.store.text(snapshot.record(doc_id).doc_id)

    def passages(self, doc_id: str) -> list[PassagePlace]:
        """Where the document's passages stand, in order; raises KeyError."""
        snapshot = self._snapshot
        return snapshot.places(snapshot.rows_of(snapshot.record(doc_id)))

    def rank(
        self,
        query: str,
        *,
        depth: int,
        language: Language | None = None,
        filters: Filters = NO_FILTERS,
        method: Method = SHIPPED,
        watch: Stopwatch | None = None,
    ) -> list[PassagePlace]:
        """Rank passages as `search` does, to any depth, without reading what they say.

        Args:
            method: another one than that of `search`, to measure what each part brings.
            watch: is told how long each stage takes.
        """
        snapshot, watch = self._snapshot, watch or Stopwatch()
        with watch.stage("filters"):
            allowed = snapshot.passages(filters)
        if not allowed.any():
            return []
        with watch.stage("question"):
            language = language or question_language(query)
            asked = query
            if method.reach.slips:
                asked = snapshot.terms.corrected(query, language, only(allowed))
            wanted = snapshot.terms.wanted(asked, language, method.reach, visible=snapshot.visible)
        with watch.stage("encoding"):
            vector = self._encoder.encode_query(asked)
        ranking = rank(snapshot, wanted, language, vector, allowed, depth, method, watch)
        return [
            replace(place, repeats=tuple(snapshot.places(np.array(hidden, np.int64))))
            if (hidden := ranking.hidden.get(row))
            else place
            for row, place in zip(
                ranking.rows[:depth].tolist(), snapshot.places(ranking.rows[:depth]), strict=True
            )
        ]

    def by_sha256(self) -> dict[str, str]:
        """Hash of the canonical text -> doc_id, of all visible documents."""
        listed = map(self._snapshot.by_id.__getitem__, self._snapshot.listed(NO_FILTERS))
        return {record.sha256: record.doc_id for record in listed}

    def folder(self, doc_id: str) -> Path | None:
        """The folder that a document came from, also of one under embargo; None if unknown."""
        by_id = self._snapshot.by_id
        return Path(by_id[doc_id].folder) if doc_id in by_id else None

    def original(self, doc_id: str) -> Original:
        """Find our copy of the original file; raises KeyError."""
        snapshot = self._snapshot
        record = snapshot.record(doc_id)
        return Original(
            path=snapshot.folder / "originals" / record.file_sha256,
            name=record.path.rsplit("/", 1)[-1],
            media_type=record.media_type,
        )
