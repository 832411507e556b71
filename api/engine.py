"""One object that answers: the HTTP API, the command line and the evaluation all ask it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from copy import copy
from pathlib import Path

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
from api.batching import Together
from api.describing import described, listed
from api.filters import NO_FILTERS, Filters
from api.in_force import InForce, SeeingEmbargoed
from api.retrieval import SHIPPED, Method, ranked, read_words
from api.snapshot import Snapshot
from api.stopwatch import Stopwatch
from api.verifying import Quote, Verdict, verify
from indexer.collecting import rarely_collected
from indexer.damage import note
from indexer.encoder import Encoder, fingerprint, load_encoder, locate
from indexer.errors import IndexDamaged
from indexer.reader import Reader, load_reader
from indexer.settings import DEFAULT_K, DEFAULT_SENTENCES, Settings
from indexer.text.language import question_language
from indexer.types import Language


class Engine:
    """Thread-safe; each call sees exactly one generation from beginning to end."""

    def __init__(
        self,
        settings: Settings,
        encoder: Encoder,
        reader: Reader | None,
        in_force: InForce | SeeingEmbargoed,
    ) -> None:
        """See `open`."""
        self._settings = settings
        self._encoder = Together(encoder)
        self._reader = reader
        self._in_force = in_force

    @classmethod
    def open(cls, settings: Settings) -> Engine:
        """Load the published generation, or what still holds of the one before, and its encoder.

        Raises:
            IndexUnavailable, IndexDamaged, EncoderMismatch, EncoderError: before anything slow.
        """
        folder = locate(settings.encoder, allow_download=settings.allow_download)
        beside = ThreadPoolExecutor(1)
        words = beside.submit(read_words)
        beside.shutdown(wait=False)  # once that is done
        with rarely_collected():
            in_force = InForce(settings, fingerprint(folder))
        encoder = load_encoder(
            settings.encoder, allow_download=settings.allow_download, threads=settings.threads
        )
        reader = load_reader() if settings.reader else None
        words.result()
        return cls(settings, encoder, reader, in_force)

    def seeing_embargoed(self) -> Engine:
        """The same engine for who may know of documents before their embargo ends."""
        seeing = copy(self)
        seeing._in_force = self._in_force.seeing_embargoed()
        return seeing

    @property
    def state(self) -> IndexState:
        """The generation that the next call would see."""
        return self._in_force.snapshot.state

    def refresh(self) -> bool:
        """Take up a newer published generation; returns whether there was one.

        Cheap where there is none: one small file is read. Calls in progress finish on theirs.

        Raises:
            IndexDamaged, EncoderMismatch: if the newer one cannot be used; the old one stays.
        """
        return self._in_force.refresh()

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
        return self._in_force.call(
            lambda snapshot: answer(
                snapshot,
                self._encoder,
                self._reader,
                question,
                language=language or question_language(question),
                k=k,
                max_sentences=max_sentences,
                filters=filters,
                threshold=self._settings.answer_threshold,
            )
        )

    def consider(self, question: str, filters: Filters = NO_FILTERS) -> Considered:
        """What an answer would be decided from; for measuring and calibrating.

        Raises:
            ValueError: if no passage matches the filters.
        """
        language = question_language(question)

        def considered(snapshot: Snapshot) -> Considered:
            allowed = snapshot.passages(filters)
            if not allowed.any():
                raise ValueError(f"no passage matches {filters}")
            return consider(
                snapshot, self._encoder, self._reader, question, language, allowed, DEFAULT_K
            )

        return self._in_force.call(considered)

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
        return self._in_force.call(
            lambda snapshot: search(
                snapshot,
                self._encoder,
                query,
                language=language or question_language(query),
                k=k,
                offset=offset,
                filters=filters,
            )
        )

    def verify(self, quote: Quote) -> Verdict:
        """Say whether a quote still stands, and where, or what stands there now."""
        return self._in_force.call(lambda snapshot: verify(snapshot, self._encoder, quote))

    def documents(
        self, *, limit: int = 50, offset: int = 0, filters: Filters = NO_FILTERS
    ) -> DocumentList:
        """List documents in the order of doc_id; `filters.language` is the document's here."""
        return self._in_force.call(lambda snapshot: listed(snapshot, limit, offset, filters))

    def document(self, doc_id: str) -> DocumentInfo:
        """Describe a document; raises KeyError where no visible one has this id."""
        return self._in_force.call(lambda snapshot: described(snapshot, snapshot.record(doc_id)))

    def text(self, doc_id: str) -> str:
        """Return the canonical text; raises KeyError."""
        return self._in_force.call(
            lambda snapshot: snapshot.store.text(snapshot.record(doc_id).doc_id)
        )

    def read(self, doc_id: str) -> tuple[DocumentInfo, str]:
        """Describe a document and return its canonical text; raises KeyError."""

        def both(snapshot: Snapshot) -> tuple[DocumentInfo, str]:
            record = snapshot.record(doc_id)
            return described(snapshot, record), snapshot.store.text(doc_id)

        return self._in_force.call(both)

    def passages(self, doc_id: str) -> list[PassagePlace]:
        """Where the document's passages stand, in order; raises KeyError."""
        return self._in_force.call(
            lambda snapshot: snapshot.places(snapshot.rows_of(snapshot.record(doc_id)))
        )

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
        return self._in_force.call(
            lambda snapshot: ranked(
                snapshot,
                self._encoder,
                query,
                depth,
                language,
                filters,
                method,
                watch or Stopwatch(),
            )
        )

    def by_sha256(self) -> dict[str, str]:
        """Hash of the canonical text -> doc_id, of all visible documents."""
        return self._in_force.call(Snapshot.by_sha256)

    def folder(self, doc_id: str) -> Path | None:
        """The folder that a document came from, also of one under embargo; None if unknown."""
        by_id = self._in_force.snapshot.by_id
        return Path(by_id[doc_id].folder) if doc_id in by_id else None

    def original(self, doc_id: str) -> Original:
        """Find our copy of the original file.

        Raises:
            KeyError: if no visible document has this id.
            IndexDamaged: if the copy is damaged; the generation before has no other one.
        """
        snapshot = self._in_force.snapshot
        record = snapshot.record(doc_id)
        path = snapshot.folder / "originals" / record.file_sha256
        try:
            snapshot.blocks(path).all()
        except IndexDamaged as error:
            note(snapshot.folder, error.path)
            raise
        return Original(
            path=path,
            name=record.path.rsplit("/", 1)[-1],
            media_type=record.media_type,
        )
