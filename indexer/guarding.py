"""What a run refuses to publish, so that nothing is lost by mistake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from indexer import changes
from indexer.drafts import Draft
from indexer.errors import NothingPublished
from indexer.previous import Previous
from indexer.settings import Settings
from indexer.summary import Summary

_MANY_DOCUMENTS = 20  # from here on, losing more than half of them needs a word of consent


def require_folders(folders: Sequence[Path]) -> None:
    """Raise NothingPublished where a corpus folder is missing."""
    missing = [str(folder) for folder in folders if not folder.is_dir()]
    if missing:
        raise NothingPublished(f"corpus folder {', '.join(missing)} is not there or not a folder")


def refuse_nested(folders: Sequence[Path]) -> None:
    """Raise NothingPublished where one folder lies in another."""
    for folder in folders:
        for other in folders:
            if other in folder.parents:
                raise NothingPublished(
                    f"corpus folder {folder} lies below {other}, so its documents would count twice"
                )


def gone(drafts: list[Draft], previous: Previous) -> set[tuple[str, str]]:
    """Folder and path of what is published and no longer there."""
    still_there = {(draft.folder, draft.path) for draft in drafts}
    moved_from = {
        (draft.old.folder, draft.old.path)
        for draft in drafts
        if draft.change == "moved" and draft.old is not None
    }
    return previous.by_path.keys() - still_there - moved_from


def refuse_losses(
    settings: Settings,
    drafts: list[Draft],
    previous: Previous,
    summary: Summary,
    strict: bool,
    allow_removals: bool,
) -> None:
    """Raise NothingPublished where this run would lose documents or hide a failure.

    What somebody has removed is among the drafts here: it was asked for one by one.
    """
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
    uploads = str(changes.uploads_place(settings.data))  # each removed one by one
    if before[uploads] and uploads not in map(str, settings.corpus):
        raise NothingPublished(f"nothing published: {uploads} is not there{consent}")
    for folder in map(str, settings.corpus):
        if before[folder] and not now[folder] and folder != uploads:
            raise NothingPublished(
                f"nothing published: {folder} had {before[folder]} documents and has none{consent}"
            )
    total = before.total() - before[uploads]
    lost = sum(folder != uploads for folder, _ in gone(drafts, previous))
    if total >= _MANY_DOCUMENTS and lost > total / 2:
        raise NothingPublished(
            f"nothing published: {lost} of {total} documents would be removed{consent}"
        )
