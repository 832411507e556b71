"""From passages to citations: titles, dates, pages, highlights and links to the place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from api.answers import Citation
from api.links import citation_link, view_path
from api.snapshot import Snapshot
from indexer.types import Passage, Span


def cite(
    snapshot: Snapshot,
    passage: Passage,
    *,
    number: int,
    score: float,
    highlights: Sequence[Span],
    repeats: Sequence[int] = (),
) -> Citation:
    """Cite a passage with the given spans of it highlighted.

    Args:
        repeats: rows that say the same; their documents stand in `also`.
    """
    record = snapshot.by_id[passage.doc_id]
    metadata = record.metadata
    begin, end = min(highlights) if highlights else (passage.start, passage.end)
    quote = passage.text[begin - passage.start : end - passage.start]
    page = bisect_right(record.page_starts, begin) or None
    return Citation(
        number=number,
        doc_id=passage.doc_id,
        title=record.title,
        publisher=metadata.publisher,
        source=metadata.source,
        based_on=metadata.based_on,
        language=passage.language,
        published=record.published,
        page=page,
        start=passage.start,
        end=passage.end,
        text=passage.text,
        headings=passage.headings,
        columns=passage.columns,
        highlights=tuple(sorted(highlights)),
        score=round(score, 4),
        link=citation_link(
            metadata.source, metadata.based_on, passage.doc_id, record.media_type, page, quote
        ),
        view=view_path(passage.doc_id, passage.start, passage.end),
        sha256=record.sha256,
        also=snapshot.other_places(record, repeats),
    )
