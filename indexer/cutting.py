"""From drafts to documents and their passages, taking over what is still right."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from indexer.analysis import ANALYSIS_VERSION
from indexer.drafts import Draft
from indexer.embedding_input import (
    EMBEDDING_INPUT_VERSION,
    embedding_input,
    embedding_key,
    sentence_inputs,
)
from indexer.encoder import Encoder, fingerprint, load_encoder, locate
from indexer.previous import Previous
from indexer.reading.formats import READER_VERSION, media_type
from indexer.records import DocumentRecord
from indexer.settings import Settings
from indexer.text.markup import plain
from indexer.text.passages import SEGMENTER_VERSION, segment
from indexer.types import Passage

# A change of one of these parts cuts a document into passages anew, from its stored text; a
# change of the analysis alone only writes the term index again.
_CUTTING_PARTS = ("reader", "segmenter", "passage_tokens", "encoder", "embedding_input")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is embedded for one passage."""

    passage: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """A document as the next generation holds it."""

    record: DocumentRecord
    text: str
    passages: tuple[Passage, ...]
    keys: tuple[bytes, ...]  # embedding key per passage

    @property
    def count(self) -> int:
        """How many passages it has."""
        return len(self.passages)

    def named(self, doc_id: str) -> Cut:
        """The same document under another id."""
        passages = tuple(replace(passage, doc_id=doc_id) for passage in self.passages)
        return replace(self, record=replace(self.record, doc_id=doc_id), passages=passages)


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A document whose published text and passages the next generation holds as they are."""

    record: DocumentRecord
    old: DocumentRecord
    count: int  # of its passages

    @property
    def unchanged(self) -> bool:
        """Whether its record, too, is as it was."""
        return self.record == self.old

    @property
    def analysed_alike(self) -> bool:
        """Whether its terms are still right."""
        return self.old.pipeline.get("analysis") == self.record.pipeline.get("analysis")

    def load(self, previous: Previous) -> Cut:
        """Read what is published."""
        published = previous.passages(self.old)
        passages = tuple(passage for passage, _ in published)
        keys = tuple(key for _, key in published)
        return Cut(self.record, previous.text(self.old), passages, keys)


class LazyEncoder:
    """Loads the encoder when the first text needs it: a run with nothing new takes no seconds."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._encoder: Encoder | None = None
        folder = locate(settings.encoder, allow_download=settings.allow_download)
        self.fingerprint = fingerprint(folder)

    def __call__(self) -> Encoder:
        if self._encoder is None:
            self._encoder = load_encoder(
                self._settings.encoder,
                allow_download=self._settings.allow_download,
                threads=self._settings.threads,
            )
        return self._encoder


def pipeline_parts(settings: Settings, encoder: LazyEncoder) -> dict[str, str]:
    """Part of the pipeline -> version; a document made by other versions is made again."""
    return {
        "reader": READER_VERSION,
        "segmenter": SEGMENTER_VERSION,
        "passage_tokens": str(settings.passage_tokens),
        "encoder": f"{settings.encoder} {encoder.fingerprint}",
        "embedding_input": EMBEDDING_INPUT_VERSION,
        "analysis": ANALYSIS_VERSION,
    }


def made_by(draft: Draft, pipeline: dict[str, str]) -> dict[str, str]:
    """The parts of the pipeline for one document: its text may be an older reader's."""
    return {**pipeline, "reader": draft.reader}


def is_cut_alike(draft: Draft, made: dict[str, str]) -> bool:
    """Whether the published passages are what cutting would make, under the published id.

    Args:
        made: what `made_by` says of the draft.
    """
    if draft.old is None or draft.change != "unchanged":
        return False
    before = draft.old.pipeline
    return before == made or all(before.get(part) == made[part] for part in _CUTTING_PARTS)


def cut(
    draft: Draft, pipeline: dict[str, str], encoder: LazyEncoder, settings: Settings
) -> tuple[Cut, dict[bytes, Inputs]]:
    """Cut a draft into passages.

    Returns:
        The document, named by its path until it has its id, and embedding key -> what is to be
        embedded, in the order of passages; nothing of it depends on the id.
    """
    model = encoder()

    def fits(passage: Passage) -> bool:
        return model.fits(plain(passage.text))

    reading = draft.read()
    made = segment(reading, draft.path, draft.path, fits, settings.passage_tokens)
    record = DocumentRecord(
        doc_id=draft.path,
        path=draft.path,
        folder=draft.folder,
        title=made.title,
        language=made.language,
        metadata=reading.metadata,
        published=made.published,
        sha256=hashlib.sha256(reading.text.encode()).hexdigest(),
        characters=len(reading.text),
        media_type=media_type(draft.path),
        file_sha256=draft.file_sha256,
        sidecar_sha256=draft.sidecar_sha256,
        page_starts=reading.page_starts,
        pages_without_text=reading.pages_without_text,
        blocks=reading.blocks,
        dropped_lines=made.dropped_lines,
        pipeline=made_by(draft, pipeline),
    )
    inputs = [
        Inputs(
            embedding_input(made.title, passage, model.count_tokens, model.window),
            tuple(sentence_inputs(passage, model.fits)),
        )
        for passage in made.passages
    ]
    keys = tuple(
        embedding_key((one.passage, *one.sentences), encoder.fingerprint) for one in inputs
    )
    document = Cut(record, reading.text, made.passages, keys)
    return document, dict(zip(keys, inputs, strict=True))
