"""Bring back what the generation before held, and remove for good what kept generations hold."""

from __future__ import annotations

import time
from dataclasses import replace

from indexer.contents import Contents
from indexer.cutting import LazyEncoder, TakenOver
from indexer.damage import note, noted
from indexer.errors import IndexDamaged, NothingPublished
from indexer.generation import publish_documents
from indexer.manifest import current, generations, read_generation
from indexer.previous import Previous
from indexer.publishing import building, remove_old, writing
from indexer.records import DocumentRecord
from indexer.segments import Document
from indexer.settings import Settings
from indexer.summary import Summary, silent

READERS_MOVE_ON_S = 10.0  # a server takes up what is published within a second
_LOOK_EVERY_S = 0.2


def roll_back(settings: Settings) -> Summary:
    """Publish the content of the generation before under a new number.

    Documents that it held and that have been removed since are not brought back, and an embargo or
    expiry that has been set since holds.

    Raises:
        NothingPublished: if the published generation is damaged, no earlier one is kept, or what
            is kept was made by another encoder.
        IndexLocked: if another process is writing this index.
    """
    with writing(settings.index):
        while True:
            try:
                return _rolled_back(settings)
            except IndexDamaged as error:
                # Once it is noted, an earlier generation is taken, or nothing.
                if error.generation is None or not note(error.generation, error.path):
                    raise


def _rolled_back(settings: Settings) -> Summary:
    started = time.monotonic()
    with building(settings.index) as folder:
        now = Previous.load(settings.index)
        if now.generation is None or now.damages:
            why = "; ".join(now.damages) or "nothing is published"
            raise NothingPublished(f"{why}: `fundstelle index` first; nothing published")
        before = _before(settings, now)
        encoder = LazyEncoder(settings)
        assert before.generation is not None  # noqa: S101  _before found one
        made_by = before.generation.manifest
        if made_by.encoder_fingerprint != encoder.fingerprint:
            raise NothingPublished(
                f"{before.generation.folder} was made by encoder {made_by.encoder}, not "
                f"{settings.encoder}; nothing published"
            )
        there = {record.doc_id: record for record in now.by_path.values()}
        documents: list[Document] = [
            TakenOver(_as_visible_as(record, there[record.doc_id]), record, before.count(record))
            for record in sorted(before.by_path.values(), key=lambda record: record.doc_id)
            if record.doc_id in there
        ]
        published = publish_documents(
            settings, folder, documents, encoder, before, silent, before.vectors
        )
        return Summary(
            generation=published.manifest.generation,
            published=True,
            unchanged=len(documents),
            removed=len(there) - len(documents),
            passages=sum(document.count for document in documents),
            reasons=[f"rolled back to generation {made_by.generation}"],
            seconds=round(time.monotonic() - started, 2),
        )


def _as_visible_as(record: DocumentRecord, now: DocumentRecord) -> DocumentRecord:
    """An older document under the embargo and the expiry that hold now."""
    metadata = replace(
        record.metadata,
        visible_from=now.metadata.visible_from,
        valid_until=now.metadata.valid_until,
    )
    return replace(record, metadata=metadata)


def _before(settings: Settings, now: Previous) -> Previous:
    """The newest generation before the published one that can be read."""
    for folder in reversed(generations(settings.index)):
        newer = now.generation is None or folder.name >= now.generation.folder.name
        if newer or noted(folder):
            continue
        try:
            generation = read_generation(folder)
            contents = Contents.of(generation)
            contents.vectors.compare_lists()
            return Previous.of(generation, contents)
        except IndexDamaged:
            continue
    raise NothingPublished(
        f"no generation before the published one is kept at {settings.index} "
        f"(keep_generations is {settings.keep_generations}); nothing published"
    )


def purge(settings: Settings) -> int:
    """Remove all kept generations but the published one; return how many there were.

    Raises:
        IndexUnavailable, IndexDamaged: if what is published cannot be read.
        NothingPublished: if readers hold on to one, naming it.
        IndexLocked: if another process is writing this index.
    """
    with writing(settings.index):
        current(settings.index)  # without a pointer nobody can say which one is good
        count = len(generations(settings.index)) - 1
        ends = time.monotonic() + READERS_MOVE_ON_S
        while held := remove_old(settings.index, keep=0):
            if time.monotonic() > ends:
                named = ", ".join(str(folder) for folder in held)
                raise NothingPublished(f"{named} is still being read; nothing else is kept")
            time.sleep(_LOOK_EVERY_S)
        return max(0, count)
