"""What a run of the indexer did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

LAST_RUN = "last-run.json"  # in the index's folder: the summary of the last run
Progress = Callable[[str, int, int], None]  # stage, done, total


def silent(stage: str, done: int, total: int) -> None:
    """Report no progress."""


@dataclass(frozen=True, slots=True)
class Note:
    """A file and what is to be said about it."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Seconds:
    """What a stage took; stages overlap, so that elapsed seconds add up to more than the run's."""

    cpu_s: float  # of all its threads and processes
    elapsed_s: float


@dataclass(slots=True)
class Summary:
    """Counts of documents, and every file that did not become one."""

    generation: int | None = None  # in force after the run; None while nothing is published
    published: bool = False  # whether this run made it
    added: int = 0
    changed: int = 0
    moved: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: list[Note] = field(default_factory=list)
    failed: list[Note] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)  # clashes of ids, pages without text
    reasons: list[str] = field(default_factory=list)  # why unchanged files were worked on
    refused: str = ""  # why the run published nothing, where it was not allowed to
    texts_changed: int = 0  # of unchanged files, which were read again
    passages: int = 0
    purged: int = 0  # kept generations that were removed
    embedded: int = 0  # passages whose vector had to be computed
    dropped_lines: dict[str, int] = field(default_factory=dict)  # rule -> lines left out
    seconds: float = 0.0
    finished_at: str | None = None  # ISO 8601, UTC, ending in Z
    stages: dict[str, Seconds] = field(default_factory=dict)  # read, cut, embed, write

    @property
    def documents(self) -> int:
        """Documents in force after the run."""
        return self.added + self.changed + self.moved + self.unchanged
