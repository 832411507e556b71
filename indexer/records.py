"""How documents and passages are written down: plain JSON, readable without this program."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import get_args

import msgspec

from indexer.types import Block, Language, Metadata, Passage, Span


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document without its text, and what is needed to see whether it must be made again."""

    doc_id: str
    path: str  # below its corpus folder, with forward slashes
    folder: str  # the corpus folder, as it was given
    title: str
    language: Language
    metadata: Metadata  # as read; title, language and published below are the ones in force
    published: date | None
    sha256: str  # of the canonical text's UTF-8 bytes
    characters: int
    media_type: str
    file_sha256: str  # of the original file's bytes
    sidecar_sha256: str  # "" without a sidecar
    page_starts: tuple[int, ...]
    pages_without_text: tuple[int, ...]
    blocks: tuple[Block, ...] | None  # as the reader gave them, so that text can be cut anew
    dropped_lines: dict[str, int] = field(default_factory=dict)  # rule -> lines left out
    pipeline: dict[str, str] = field(default_factory=dict)  # part -> version that made this


@dataclass(frozen=True, slots=True)
class _Rest:
    """What of a passage has no column of its own."""

    headings: tuple[str, ...]
    columns: tuple[str, ...]
    sentences: tuple[Span, ...]
    page: int | None


_REST = msgspec.json.Decoder(_Rest)
_DOCUMENTS = msgspec.json.Decoder(list[DocumentRecord])


def document_to_row(record: DocumentRecord) -> str:
    """Write it as JSON: dates in ISO 8601, a block as a list of its fields."""
    return msgspec.json.encode(record).decode()


def documents_from_rows(rows: Iterable[str]) -> list[DocumentRecord]:
    """Read what `document_to_row` wrote, all at once: an archive has tens of thousands.

    Raises:
        ValueError: if a row is something else.
    """
    try:
        return _DOCUMENTS.decode(f"[{','.join(rows)}]")
    except msgspec.DecodeError as error:
        raise ValueError(f"a document's record cannot be read: {error}") from error


def passage_to_row(passage: Passage, key: bytes) -> tuple[int, int, str, bytes, str]:
    """Return (start, end, language, key, JSON of the rest)."""
    rest = _Rest(passage.headings, passage.columns, passage.sentences, passage.page)
    written = msgspec.json.encode(rest).decode()
    return (passage.start, passage.end, passage.language, key, written)


def passage_from_row(
    doc_id: str, start: int, end: int, language: str, record: str, text: str
) -> Passage:
    """Undo `passage_to_row`; raises ValueError where it cannot be read."""
    (known,) = [known for known in get_args(Language) if known == language]
    try:
        rest = _REST.decode(record)
    except msgspec.DecodeError as error:
        raise ValueError(f"a passage of {doc_id} cannot be read: {error}") from error
    return Passage(
        doc_id=doc_id,
        start=start,
        end=end,
        text=text,
        language=known,
        headings=rest.headings,
        columns=rest.columns,
        sentences=rest.sentences,
        page=rest.page,
    )
