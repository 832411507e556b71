"""How documents and passages are written down: plain JSON, readable without this program."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, get_args

from indexer.types import BasedOn, Block, Language, Metadata, Passage


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


def metadata_to_json(metadata: Metadata) -> dict[str, Any]:
    """Dates become ISO strings."""
    plain = asdict(metadata)
    for name in ("published", "visible_from", "valid_until"):
        plain[name] = plain[name] and plain[name].isoformat()
    return plain


def metadata_from_json(plain: dict[str, Any]) -> Metadata:
    """Undo `metadata_to_json`."""
    return Metadata(
        **{
            **plain,
            "published": _date(plain["published"]),
            "valid_until": _date(plain["valid_until"]),
            "visible_from": plain["visible_from"] and datetime.fromisoformat(plain["visible_from"]),
            "based_on": plain["based_on"] and BasedOn(**plain["based_on"]),
            "tags": tuple(plain["tags"]),
        }
    )


def document_to_row(record: DocumentRecord) -> str:
    plain = {name: getattr(record, name) for name in DocumentRecord.__dataclass_fields__}
    plain["metadata"] = metadata_to_json(record.metadata)
    plain["published"] = record.published and record.published.isoformat()
    if record.blocks is not None:
        plain["blocks"] = [[b.start, b.end, b.kind, b.level, b.columns] for b in record.blocks]
    return json.dumps(plain, ensure_ascii=False)


def document_from_plain(plain: dict[str, Any]) -> DocumentRecord:
    """Make a document of what `document_to_row` wrote, as JSON is read."""
    blocks = plain["blocks"]
    return DocumentRecord(
        **{
            **plain,
            "metadata": metadata_from_json(plain["metadata"]),
            "published": _date(plain["published"]),
            "page_starts": tuple(plain["page_starts"]),
            "pages_without_text": tuple(plain["pages_without_text"]),
            "blocks": None
            if blocks is None
            else tuple(
                Block(start, end, kind, level, tuple(columns))
                for start, end, kind, level, columns in blocks
            ),
        }
    )


def passage_to_row(passage: Passage, key: bytes) -> tuple[int, int, str, bytes, str]:
    """Return (start, end, language, key, JSON of the rest)."""
    rest = {
        "headings": passage.headings,
        "columns": passage.columns,
        "sentences": passage.sentences,
        "page": passage.page,
    }
    return (
        passage.start,
        passage.end,
        passage.language,
        key,
        json.dumps(rest, ensure_ascii=False),
    )


def passage_from_row(
    doc_id: str, start: int, end: int, language: str, record: str, text: str
) -> Passage:
    rest = json.loads(record)
    (known,) = [known for known in get_args(Language) if known == language]
    return Passage(
        doc_id=doc_id,
        start=start,
        end=end,
        text=text,
        language=known,
        headings=tuple(rest["headings"]),
        columns=tuple(rest["columns"]),
        sentences=tuple((first, last) for first, last in rest["sentences"]),
        page=rest["page"],
    )


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
