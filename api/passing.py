"""Which documents a request may see, and which of them it asks for: over columns, not records."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from api.filters import Filters
from indexer.document_table import ALWAYS, DocumentTable


def embargoed(table: DocumentTable, now: datetime) -> np.ndarray:
    """(D,) bool: which documents nobody may know of yet."""
    return table.visible_from > now.timestamp()


def passing(table: DocumentTable, filters: Filters, now: datetime) -> np.ndarray:
    """(D,) bool: which documents pass the filters; the passage's language is another matter.

    Embargo is another matter, too.
    """
    passes = np.ones(len(table), bool)
    if not filters.include_expired:
        passes &= table.valid_until >= now.date().toordinal()
    if filters.doc_ids is not None:
        numbers = [table.numbers[one] for one in filters.doc_ids if one in table.numbers]
        passes &= _marked(len(table), numbers)
    if filters.tags is not None:
        tagged = [table.tagged[tag] for tag in filters.tags if tag in table.tagged]
        passes &= _marked(len(table), np.concatenate([np.empty(0, np.int64), *tagged]))
    first, last = filters.published_from, filters.published_to
    if first is not None or last is not None:
        passes &= table.published >= max(1, first.toordinal() if first else 1)  # 0 has no date
        passes &= table.published <= (last.toordinal() if last else ALWAYS)
    return passes


def once(table: DocumentTable, passes: np.ndarray, order: np.ndarray) -> np.ndarray:
    """(D,) bool: of passing documents with the same text only the newest.

    Those with another title or language are no twins: these are searched, too.

    Args:
        order: (D,) int64, each document's place; of several without a newest the first.
    """
    if not table.repeated.any():
        return passes
    kept = passes.copy()
    several = np.flatnonzero(passes & table.repeated)
    several = several[np.lexsort((order[several], -table.published[several]))]
    _, first = np.unique(table.twins[several], return_index=True)
    kept[several] = False
    kept[several[first]] = True
    return kept


def _marked(count: int, numbers: np.ndarray | list[int]) -> np.ndarray:
    marked = np.zeros(count, bool)
    marked[np.asarray(numbers, np.int64)] = True
    return marked
