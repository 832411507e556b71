"""Which documents of the next generation stand in which segment.

A segment whose documents are all as they were is reused. One that lost or changed any is written
again without these. What is new stands in a segment of its own, until there are many of like size:
these become one (like log-structured merge trees, O'Neil et al. 1996) unless it would be too large.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from indexer.cutting import Cut, TakenOver
from indexer.manifest import Segment

LIKE_SIZE = 8  # segments of one size that become one; also how much larger the next size is
SMALLEST_SIZE = 1_000  # passages; segments below it are of one size
LARGEST = 100_000  # passages of one segment: a removal writes no more than these again

Document = Cut | TakenOver


@dataclass(slots=True)
class Plan:
    """Segments that stay as they are, and the documents of those to be written."""

    reused: list[Segment] = field(default_factory=list)
    written: list[list[Document]] = field(default_factory=list)


def plan(
    documents: Sequence[Document], published: Sequence[Segment], segment_of: Mapping[str, str]
) -> Plan:
    """Decide by what is published and which documents have changed.

    Args:
        segment_of: doc_id -> name of the published segment that holds it.
    """
    kept: dict[str, list[Document]] = {segment.name: [] for segment in published}
    new: list[Document] = []
    for document in documents:
        if isinstance(document, TakenOver):
            kept[segment_of[document.old.doc_id]].append(document)
        else:
            new.append(document)
    whole = {
        segment.name: segment
        for segment in published
        if len(kept[segment.name]) == segment.documents
        and all(isinstance(one, TakenOver) and one.unchanged for one in kept[segment.name])
    }
    groups = [new, *(kept[name] for name in kept if name not in whole)]
    sized = _of_like_size([group for group in groups if group])
    while merged := _too_many(list(whole.values()), sized):
        names, size = merged
        together = [one for group in sized if _size(_count(group)) == size for one in group]
        together += [one for name in names for one in kept[name]]
        whole = {name: one for name, one in whole.items() if name not in names}
        sized = [group for group in sized if _size(_count(group)) != size] + [together]
    return Plan(list(whole.values()), [part for group in sized for part in _cut_up(group)])


def _of_like_size(groups: Sequence[list[Document]]) -> list[list[Document]]:
    """What is written anyway, and of one size, is written together."""
    by_size: dict[int, list[Document]] = {}
    for group in groups:
        by_size.setdefault(_size(_count(group)), []).extend(group)
    return list(by_size.values())


def _too_many(
    whole: Sequence[Segment], groups: Sequence[Sequence[Document]]
) -> tuple[set[str], int] | None:
    """The names of reused segments that should become one with others, and their size."""
    counts = [one.passages for one in whole] + [_count(group) for group in groups]
    for size in sorted(set(map(_size, counts))):
        alike = [count for count in counts if _size(count) == size]
        names = {one.name for one in whole if _size(one.passages) == size}
        if names and len(alike) >= LIKE_SIZE and sum(alike) <= LARGEST:
            return names, size
    return None


def _cut_up(documents: list[Document]) -> list[list[Document]]:
    """Parts in the order of doc_id, none beyond the largest but by its last document."""
    parts: list[list[Document]] = [[]]
    count = 0
    for document in sorted(documents, key=lambda one: one.record.doc_id):
        if count >= LARGEST:
            parts.append([])
            count = 0
        parts[-1].append(document)
        count += document.count
    return parts


def _count(documents: Sequence[Document]) -> int:
    return sum(document.count for document in documents)


def _size(passages: int) -> int:
    """0 up to the smallest size, then one more for each time that it is exceeded so many times."""
    return max(0, math.ceil(math.log(max(passages, 1) / SMALLEST_SIZE, LIKE_SIZE)))
