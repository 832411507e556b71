"""What the last run of the indexer did, as it left word of it beside the index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from indexer.summary import LAST_RUN


@dataclass(frozen=True, slots=True)
class FileNote:
    """A file and what is to be said about it."""

    path: str  # below its folder; of an upload: DOC_ID/document.pdf
    reason: str


@dataclass(frozen=True, slots=True)
class LastRun:
    """Counts of documents, and every file that did not become one or not wholly."""

    published: bool  # whether it made a new generation
    added: int
    changed: int
    moved: int
    unchanged: int
    removed: int
    passages: int
    seconds: float
    skipped: tuple[FileNote, ...]  # of a kind that is not read
    failed: tuple[FileNote, ...]
    notes: tuple[FileNote, ...]  # pages without text, clashes of ids
    refused: str = ""  # why it published nothing, where it was not allowed to
    finished_at: datetime | None = None  # null: by a version that did not note it


_last_run = TypeAdapter(LastRun)


def read_last_run(index: Path) -> LastRun | None:
    """What is known of it; None where there was none, or what it left cannot be read."""
    try:
        return _last_run.validate_json((index / LAST_RUN).read_bytes())
    except (OSError, ValidationError):
        return None
