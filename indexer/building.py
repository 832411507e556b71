"""Bring the index up to date with the corpus folders: read, name, cut, embed, write, publish."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path

from indexer import changes
from indexer.cutting import LazyEncoder, cut, pipeline_parts
from indexer.damage import note
from indexer.drafts import Draft, collect
from indexer.durable import write_atomically
from indexer.errors import IndexDamaged, NothingPublished
from indexer.generation import publish_documents
from indexer.guarding import gone, refuse_losses, refuse_nested, require_folders
from indexer.naming import name_documents
from indexer.previous import Previous
from indexer.publishing import building, writing
from indexer.segments import Document
from indexer.settings import Settings
from indexer.summary import Note, Progress, Summary, silent


def bring_up_to_date(
    settings: Settings,
    *,
    progress: Progress = silent,
    strict: bool = False,
    reread: bool = False,
    rebuild: bool = False,
    allow_removals: bool = False,
    wait_s: float = 0.0,
) -> Summary:
    """Publish a generation that holds what the corpus folders hold now, if anything changed.

    A file that cannot be read keeps its published version, if it has one.

    Args:
        strict: publish nothing if any file fails.
        reread: read unchanged files again: the readers may have become better since.
        rebuild: cut and embed everything anew from the published texts, and from the files where
            the published generation cannot be read.
        allow_removals: publish even if most documents, or all of a folder, are gone.
        wait_s: how long to wait for another process that writes, in seconds.

    Raises:
        NothingPublished: with the reason; the published generation stays in force.
        IndexLocked: if another process is writing this index.
    """
    require_folders(settings.corpus)
    # The same folder, however it is written, is the same source.
    folders = dict.fromkeys(folder.resolve() for folder in settings.corpus)
    settings = replace(settings, corpus=tuple(folders))
    refuse_nested(settings.corpus)
    with writing(settings.index, wait_s):
        while True:
            try:
                with building(settings.index) as folder:
                    return _complete(
                        settings,
                        folder,
                        progress,
                        strict=strict,
                        reread=reread,
                        rebuild=rebuild,
                        allow_removals=allow_removals,
                    )
            except IndexDamaged as error:
                # Found where it was to be taken over: once it is noted, it is made anew.
                if error.generation is None or not note(error.generation, error.path):
                    raise


def _complete(
    settings: Settings,
    folder: Path,
    progress: Progress,
    *,
    strict: bool,
    reread: bool,
    rebuild: bool,
    allow_removals: bool,
) -> Summary:
    """One run under the index's lock, from the changes that were left to `last-run.json`."""
    started = time.monotonic()
    changes.apply(settings.data)
    settings = _with_uploads(settings)
    refuse_nested(settings.corpus)
    previous = _previous(settings.index, rebuild)
    summary = Summary(generation=previous.number)
    summary.reasons += [f"made anew: {why}" for why in previous.damages]
    encoder = LazyEncoder(settings)
    pipeline = pipeline_parts(settings, encoder)
    (folder / "originals").mkdir()
    drafts = collect(
        settings.corpus,
        previous,
        folder / "originals",
        summary,
        reread=reread,
        progress=progress,
        uploads=changes.uploads_folder(settings.data),
    )
    shown = name_documents(_not_buried(drafts, settings, previous), summary)
    shown = _not_buried_yet(shown, settings, summary)
    _count(shown, previous, summary)
    try:
        refuse_losses(settings, drafts, previous, summary, strict, allow_removals)
    except NothingPublished as error:
        summary.refused = str(error)
        _write_last_run(settings.index, summary)
        raise
    summary.reasons += _reasons(shown, pipeline)
    documents: list[Document] = []
    for done, draft in enumerate(shown, start=1):
        documents.append(cut(draft, pipeline, encoder, previous, settings, anew=rebuild))
        progress("cut", done, len(shown))
    if _differs(documents, previous) or summary.reasons or rebuild:
        published, summary.embedded = publish_documents(
            settings, folder, documents, encoder, previous, progress, anew=rebuild
        )
        summary.generation, summary.published = published.manifest.generation, True
    summary.texts_changed = _texts_changed(documents, shown)
    _describe(documents, summary)
    summary.seconds = round(time.monotonic() - started, 2)
    _write_last_run(settings.index, summary)
    return summary


def _with_uploads(settings: Settings) -> Settings:
    """Uploads are a source beside the corpus folders, whichever these are."""
    uploads = changes.uploads_folder(settings.data)
    if uploads is None:
        return settings
    return replace(settings, corpus=(*settings.corpus, uploads))


def _not_buried(drafts: list[Draft], settings: Settings, previous: Previous) -> list[Draft]:
    """Leave out what somebody has removed although its file is there."""
    published = {record.doc_id: record for record in previous.by_path.values()}
    folders = set(map(str, settings.corpus))
    for tombstone in changes.buried(settings.data):
        stone, record = tombstone, published.get(tombstone.doc_id)
        if stone.path is None and record is not None:
            stone = replace(stone, folder=record.folder, path=record.path)
            changes.bury(settings.data, stone)
        drafts = [d for d in drafts if not stone.covers(d.folder, d.path, folders)]
    return drafts


def _not_buried_yet(drafts: list[Draft], settings: Settings, summary: Summary) -> list[Draft]:
    """The same for what was removed before it was first published, once all have their ids."""
    by_id = {draft.doc_id: draft for draft in drafts}
    for stone in changes.buried(settings.data):
        if stone.path is not None:
            continue
        draft = by_id.pop(stone.doc_id, None)
        if draft is None:
            changes.revoke(settings.data, stone.doc_id)
            reason = "no document has this id, so nothing was removed"
            summary.notes.append(Note(stone.doc_id, reason))
        else:
            changes.bury(settings.data, replace(stone, folder=draft.folder, path=draft.path))
    return list(by_id.values())


def _previous(index: Path, rebuild: bool) -> Previous:
    """What is published; for a rebuild it only guards ids and removals, readable or not."""
    try:
        return Previous.load(index, verify=rebuild)
    except IndexDamaged:
        if rebuild:
            return Previous()
        raise


def _write_last_run(index: Path, summary: Summary) -> None:
    write_atomically(index / "last-run.json", json.dumps(asdict(summary), indent=1))


def _count(drafts: list[Draft], previous: Previous, summary: Summary) -> None:
    counts = Counter(draft.change for draft in drafts)
    summary.added, summary.changed = counts["added"], counts["changed"]
    summary.moved, summary.unchanged = counts["moved"], counts["unchanged"]
    summary.removed = len(gone(drafts, previous))


def _reasons(drafts: list[Draft], pipeline: dict[str, str]) -> list[str]:
    """Say which parts of the pipeline have changed since unchanged files were worked on."""
    counts = Counter[str]()
    for draft in drafts:
        if draft.old is not None and draft.change == "unchanged" and not draft.kept:
            made_by = draft.old.pipeline
            for part, version in {**pipeline, "reader": draft.reader}.items():
                if made_by.get(part) != version:
                    before = made_by.get(part, "unknown")
                    counts[f"{part} was {before[:60]}, is {version[:60]}"] += 1
    return [f"{count} unchanged documents made again: {why}" for why, count in counts.items()]


def _differs(documents: list[Document], previous: Previous) -> bool:
    """Whether the next generation would hold anything else than the published one."""
    if previous.generation is None:
        return True
    published = {record.doc_id: record for record in previous.by_path.values()}
    return published != {document.record.doc_id: document.record for document in documents}


def _texts_changed(documents: list[Document], drafts: list[Draft]) -> int:
    """How many unchanged files now have another text."""
    before = {d.doc_id: d.old.sha256 for d in drafts if d.change == "unchanged" and d.old}
    now = {document.record.doc_id: document.record.sha256 for document in documents}
    return sum(now[doc_id] != sha256 for doc_id, sha256 in before.items())


def _describe(documents: list[Document], summary: Summary) -> None:
    summary.passages = sum(document.count for document in documents)
    lines = Counter[str]()
    for document in documents:
        lines.update(document.record.dropped_lines)
        if pages := document.record.pages_without_text:
            numbers = ", ".join(map(str, pages))
            reason = f"no text on page {numbers}; run OCR first, for example ocrmypdf"
            summary.notes.append(Note(document.record.path, reason))
    summary.dropped_lines = dict(sorted(lines.items()))
