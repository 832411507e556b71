"""What is told of a document."""

from __future__ import annotations

from api.answers import DocumentInfo, DocumentList
from api.filters import Filters
from api.snapshot import Snapshot
from indexer.records import DocumentRecord


def described(snapshot: Snapshot, record: DocumentRecord) -> DocumentInfo:
    """Describe a document of a generation."""
    metadata = record.metadata
    return DocumentInfo(
        doc_id=record.doc_id,
        title=record.title,
        language=record.language,
        published=record.published,
        publisher=metadata.publisher,
        source=metadata.source,
        based_on=metadata.based_on,
        tags=metadata.tags,
        translation_key=metadata.translation_key,
        visible_from=metadata.visible_from,
        valid_until=metadata.valid_until,
        sha256=record.sha256,
        media_type=record.media_type,
        characters=record.characters,
        pages=len(record.page_starts) or None,
        pages_without_text=record.pages_without_text,
        passages=snapshot.passages_of(record),
        translations=snapshot.translations(record),
        file=f"/v1/documents/{record.doc_id}/file",
        view=f"/documents/{record.doc_id}",
    )


def listed(snapshot: Snapshot, limit: int, offset: int, filters: Filters) -> DocumentList:
    """Describe some documents of those that pass the filters, in the order of doc_id."""
    ids = snapshot.listed(filters)
    records = (snapshot.by_id[doc_id] for doc_id in ids[offset : offset + limit])
    return DocumentList(
        documents=tuple(described(snapshot, r) for r in records),
        total=len(ids),
        index=snapshot.state,
    )
