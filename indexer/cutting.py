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
    inputs: dict[bytes, Inputs]  # key -> what is to be embedded; empty where all was taken over

    @property
    def count(self) -> int:
        """How many passages it has."""
        return len(self.passages)


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

    def load(self, previous: Previous) -> Cut:
        """Read what is published."""
        published = previous.passages(self.old)
        passages = tuple(passage for passage, _ in published)
        keys = tuple(key for _, key in published)
        return Cut(self.record, previous.text(self.old), passages, keys, {})


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


def cut(
    draft: Draft,
    pipeline: dict[str, str],
    encoder: LazyEncoder,
    previous: Previous,
    settings: Settings,
    *,
    anew: bool,
) -> Cut | TakenOver:
    """Cut a draft into passages, or take over the published ones where nothing has changed.

    Args:
        anew: take nothing over.
    """
    old = draft.old
    pipeline = {**pipeline, "reader": draft.reader}
    anew = anew or (old is not None and old.doc_id in previous.only_texts)
    if old is not None and not anew and _still_right(draft, old, pipeline):
        return TakenOver(replace(old, pipeline=pipeline), old, previous.count(old))

    def fits(passage: Passage) -> bool:
        return encoder().count_tokens(plain(passage.text)) <= encoder().window

    reading = draft.read()
    made = segment(reading, draft.doc_id, draft.path, fits, settings.passage_tokens)
    record = DocumentRecord(
        doc_id=draft.doc_id,
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
        pipeline=pipeline,
    )
    model = encoder()
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
    return Cut(record, reading.text, made.passages, keys, dict(zip(keys, inputs, strict=True)))


def _still_right(draft: Draft, old: DocumentRecord, pipeline: dict[str, str]) -> bool:
    return (
        draft.change == "unchanged"
        and old.doc_id == draft.doc_id
        and all(old.pipeline.get(part) == pipeline[part] for part in _CUTTING_PARTS)
    )
