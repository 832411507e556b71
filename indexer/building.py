"""Bring the index up to date with the corpus folders: read, cut, embed, name, write, publish."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from indexer import changes
from indexer.ahead import Cutter
from indexer.collecting import rarely_collected
from indexer.cutting import LazyEncoder
from indexer.damage import note
from indexer.drafts import Draft, collect
from indexer.durable import write_atomically
from indexer.embedding import Embedder
from indexer.errors import IndexDamaged, NothingPublished
from indexer.generation import publish_documents
from indexer.guarding import gone, refuse_losses, refuse_nested, require_folders
from indexer.naming import name_documents
from indexer.previous import Previous
from indexer.publishing import building, writing
from indexer.seen import Seen
from indexer.segments import Document
from indexer.settings import Settings
from indexer.stages import READ, WRITE, Stages
from indexer.summary import LAST_RUN, Note, Progress, Summary, silent
from indexer.tombstones import still_shown, without_buried


def bring_up_to_date(
    settings: Settings,
    *,
    progress: Progress = silent,
    strict: bool = False,
    reread: bool = False,
    rebuild: bool = False,
    allow_removals: bool = False,
    wait_s: float = 0.0,
    encoder: LazyEncoder | None = None,
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
        encoder: another one than the setting's.

    Raises:
        NothingPublished: with the reason; the published generation stays in force.
        IndexLocked: if another process is writing this index.
    """
    require_folders(settings.corpus)
    # The same folder, however it is written, is the same source.
    folders = dict.fromkeys(folder.resolve() for folder in settings.corpus)
    settings = replace(settings, corpus=tuple(folders))
    refuse_nested(settings.corpus)
    with writing(settings.index, wait_s), rarely_collected():
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
                        encoder=encoder,
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
    encoder: LazyEncoder | None,
) -> Summary:
    """One run under the index's lock, from the changes that were left to `last-run.json`."""
    started = time.monotonic()
    changes.apply(settings.data)
    settings = _with_uploads(settings)
    refuse_nested(settings.corpus)
    previous = _previous(settings.index, rebuild)
    summary = Summary(generation=previous.number)
    summary.reasons += [f"made anew: {why}" for why in previous.damages]
    encoder, stages, seen = (
        encoder or LazyEncoder(settings),
        Stages(),
        Seen.load(settings.index, anew=rebuild),
    )
    with Embedder(encoder, previous, stages, progress, anew=rebuild) as embedder:
        cutter = Cutter(settings, encoder, previous, embedder, stages, anew=rebuild)
        (folder / "originals").mkdir()

        def reading(stage: str, done: int, total: int) -> None:
            embedder.read = done / total
            progress(stage, done, total)

        read = collect(
            settings.corpus,
            previous,
            folder / "originals",
            summary,
            reread=reread,
            progress=reading,
            seen=seen,
            uploads=changes.uploads_folder(settings.data),
        )
        is_shown = still_shown(settings, previous)
        drafts = _cut_as_they_come(read, cutter, is_shown, stages)
        shown = name_documents([draft for draft in drafts if is_shown(draft)], summary)
        shown = without_buried(shown, settings, summary)
        _count(shown, previous, summary)
        try:
            refuse_losses(settings, drafts, previous, summary, strict, allow_removals)
        except NothingPublished as error:
            summary.refused = str(error)
            _write_last_run(settings.index, summary)
            raise
        summary.reasons += _reasons(shown, cutter.pipeline)
        documents: list[Document] = []
        for done, draft in enumerate(shown, start=1):
            documents.append(cutter.document(draft))
            progress("cut", done, len(shown))
        if _differs(documents, previous) or summary.reasons or rebuild:
            with stages.on(WRITE):
                published = publish_documents(
                    settings, folder, documents, encoder, previous, progress, embedder.vectors
                )
            summary.generation, summary.published = published.manifest.generation, True
        summary.embedded = embedder.embedded
    summary.stages = stages.seconds(embedder.encoding_s)
    summary.texts_changed = _texts_changed(documents, shown)
    _describe(documents, summary)
    summary.seconds = round(time.monotonic() - started, 2)
    _write_last_run(settings.index, summary)
    with suppress(OSError):  # lost, it costs the next run time and nothing else
        seen.save(settings.index)
    return summary


def _cut_as_they_come(
    read: Generator[Draft, None, None],
    cutter: Cutter,
    is_shown: Callable[[Draft], bool],
    stages: Stages,
) -> list[Draft]:
    drafts: list[Draft] = []
    with closing(read), stages.on(READ):  # until something is cut
        for draft in read:
            drafts.append(draft)
            if is_shown(draft):
                cutter.ahead(draft)
    return drafts


def _with_uploads(settings: Settings) -> Settings:
    """Uploads are a source beside the corpus folders, whichever these are."""
    uploads = changes.uploads_folder(settings.data)
    if uploads is None:
        return settings
    return replace(settings, corpus=(*settings.corpus, uploads))


def _previous(index: Path, rebuild: bool) -> Previous:
    """What is published; for a rebuild it only guards ids and removals, readable or not."""
    try:
        return Previous.load(index, verify=rebuild)
    except IndexDamaged:
        if rebuild:
            return Previous()
        raise


def _write_last_run(index: Path, summary: Summary) -> None:
    summary.finished_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    write_atomically(index / LAST_RUN, json.dumps(asdict(summary), indent=1))


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
