"""Bring the index up to date with the corpus folders: read, name, cut, embed, write, publish."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from indexer.cutting import Cut, LazyEncoder, cut, pipeline_parts
from indexer.drafts import Draft, collect
from indexer.errors import IndexDamaged, NothingPublished
from indexer.generation import write_generation
from indexer.naming import name_documents
from indexer.previous import Previous
from indexer.publishing import building, publish, write_atomically, writing
from indexer.settings import Settings
from indexer.summary import Note, Progress, Summary
from indexer.vectors import VectorIndex

_MANY_DOCUMENTS = 20  # from here on, losing more than half of them needs a word of consent


def bring_up_to_date(
    settings: Settings,
    *,
    progress: Progress = lambda stage, done, total: None,
    strict: bool = False,
    reread: bool = False,
    rebuild: bool = False,
    allow_removals: bool = False,
) -> Summary:
    """Publish a generation that holds what the corpus folders hold now, if anything changed.

    A file that cannot be read keeps its published version, if it has one.

    Args:
        strict: publish nothing if any file fails.
        reread: read unchanged files again.
        rebuild: read, cut and embed everything anew, whether or not the published generation can
            be read; what fails still keeps its published version where that can be read.
        allow_removals: publish even if most documents, or all of a folder, are gone.

    Raises:
        NothingPublished: with the reason; the published generation stays in force.
        IndexLocked: if another process is writing this index.
    """
    started = time.monotonic()
    _require_folders(settings.corpus)
    # The same folder, however it is written, is the same source.
    folders = dict.fromkeys(folder.resolve() for folder in settings.corpus)
    settings = replace(settings, corpus=tuple(folders))
    _refuse_nested(settings.corpus)
    with writing(settings.index), building(settings.index) as folder:
        previous = _previous(settings.index, rebuild)
        summary = Summary(generation=previous.generation)
        encoder = LazyEncoder(settings)
        pipeline = pipeline_parts(settings, encoder)
        (folder / "originals").mkdir()
        drafts = collect(
            settings.corpus,
            previous,
            folder / "originals",
            summary,
            reread=reread or rebuild,
            progress=progress,
        )
        drafts = name_documents(drafts, summary)
        _count(drafts, previous, summary)
        try:
            _refuse(settings, drafts, previous, summary, strict, allow_removals)
        except NothingPublished as error:
            summary.refused = str(error)
            _write_last_run(settings.index, summary)
            raise
        summary.reasons = _reasons(drafts, pipeline)
        documents = []
        for done, draft in enumerate(drafts, start=1):
            documents.append(cut(draft, pipeline, encoder, previous, settings, anew=rebuild))
            progress("cut", done, len(drafts))
        if _differs(documents, previous) or summary.reasons or rebuild:
            summary.embedded = write_generation(
                folder, documents, encoder, previous, progress, anew=rebuild
            )
            published = publish(
                settings.index,
                folder,
                encoder=settings.encoder,
                encoder_fingerprint=encoder.fingerprint,
                dimension=VectorIndex.load(folder / "vectors.faiss").dimension,
                documents=len(documents),
                passages=sum(len(document.passages) for document in documents),
                keep=settings.keep_generations,
            )
            summary.generation, summary.published = published.manifest.generation, True
        _describe(documents, summary)
        summary.seconds = round(time.monotonic() - started, 2)
        _write_last_run(settings.index, summary)
        return summary


def _previous(index: Path, rebuild: bool) -> Previous:
    """What is published; for a rebuild it only guards ids and removals, readable or not."""
    try:
        return Previous.load(index)
    except IndexDamaged:
        if rebuild:
            return Previous()
        raise


def _write_last_run(index: Path, summary: Summary) -> None:
    write_atomically(index / "last-run.json", json.dumps(asdict(summary), indent=1))


def _require_folders(folders: Sequence[Path]) -> None:
    missing = [str(folder) for folder in folders if not folder.is_dir()]
    if missing:
        raise NothingPublished(f"corpus folder {', '.join(missing)} is not there or not a folder")


def _refuse_nested(folders: Sequence[Path]) -> None:
    for folder in folders:
        for other in folders:
            if other in folder.parents:
                raise NothingPublished(
                    f"corpus folder {folder} lies below {other}, so its documents would count twice"
                )


def _count(drafts: list[Draft], previous: Previous, summary: Summary) -> None:
    changes = Counter(draft.change for draft in drafts)
    summary.added, summary.changed = changes["added"], changes["changed"]
    summary.moved, summary.unchanged = changes["moved"], changes["unchanged"]
    still_there = {(draft.folder, draft.path) for draft in drafts}
    moved_from = {
        (draft.old.folder, draft.old.path)
        for draft in drafts
        if draft.change == "moved" and draft.old is not None
    }
    summary.removed = len(previous.by_path.keys() - still_there - moved_from)


def _refuse(
    settings: Settings,
    drafts: list[Draft],
    previous: Previous,
    summary: Summary,
    strict: bool,
    allow_removals: bool,
) -> None:
    """Raise NothingPublished where this run would lose documents or hide a failure."""
    failures = "; ".join(f"{note.path}: {note.reason}" for note in summary.failed)
    if strict and failures:
        raise NothingPublished(f"nothing published, because of --strict: {failures}")
    if not drafts and not previous.by_path:
        folders = ", ".join(map(str, settings.corpus))
        because = f" ({failures})" if failures else ""
        raise NothingPublished(f"nothing published: no document found in {folders}{because}")
    if allow_removals:
        return
    # An unmounted share must not empty the index.
    consent = "; --allow-removals publishes all the same"
    before = Counter(folder for folder, _ in previous.by_path)
    now = Counter(draft.folder for draft in drafts)
    for folder in map(str, settings.corpus):
        if before[folder] and not now[folder]:
            raise NothingPublished(
                f"nothing published: {folder} had {before[folder]} documents and has none{consent}"
            )
    total = before.total()
    if total >= _MANY_DOCUMENTS and summary.removed > total / 2:
        raise NothingPublished(
            f"nothing published: {summary.removed} of {total} documents would be removed{consent}"
        )


def _reasons(drafts: list[Draft], pipeline: dict[str, str]) -> list[str]:
    """Say which parts of the pipeline have changed since unchanged files were worked on."""
    counts = Counter[str]()
    for draft in drafts:
        if draft.old is not None and draft.change == "unchanged" and not draft.kept:
            made_by = draft.old.pipeline
            for part, version in pipeline.items():
                if made_by.get(part) != version:
                    before = made_by.get(part, "unknown")
                    counts[f"{part} was {before[:60]}, is {version[:60]}"] += 1
    return [f"{count} unchanged documents made again: {why}" for why, count in counts.items()]


def _differs(documents: list[Cut], previous: Previous) -> bool:
    """Whether the next generation would hold anything else than the published one."""
    if previous.generation is None:
        return True
    published = {record.doc_id: record for record in previous.by_path.values()}
    return published != {document.record.doc_id: document.record for document in documents}


def _describe(documents: list[Cut], summary: Summary) -> None:
    summary.passages = sum(len(document.passages) for document in documents)
    lines = Counter[str]()
    for document in documents:
        lines.update(document.record.dropped_lines)
        if pages := document.record.pages_without_text:
            numbers = ", ".join(map(str, pages))
            reason = f"no text on page {numbers}; run OCR first, for example ocrmypdf"
            summary.notes.append(Note(document.record.path, reason))
    summary.dropped_lines = dict(sorted(lines.items()))
