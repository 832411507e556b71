"""What somebody has removed although its file is there is left out of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from indexer import changes
from indexer.drafts import Draft
from indexer.previous import Previous
from indexer.settings import Settings
from indexer.summary import Note, Summary


def still_shown(settings: Settings, previous: Previous) -> Callable[[Draft], bool]:
    """Tell of a draft that nobody has removed it, although its file is there."""
    published = {record.doc_id: record for record in previous.by_path.values()}
    folders = set(map(str, settings.corpus))
    stones = []
    for tombstone in changes.buried(settings.data):
        stone, record = tombstone, published.get(tombstone.doc_id)
        if stone.path is None and record is not None:
            stone = replace(stone, folder=record.folder, path=record.path)
            changes.bury(settings.data, stone)
        stones.append(stone)
    return lambda draft: (
        not any(stone.covers(draft.folder, draft.path, folders) for stone in stones)
    )


def without_buried(drafts: list[Draft], settings: Settings, summary: Summary) -> list[Draft]:
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
