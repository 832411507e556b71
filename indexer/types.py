"""The nouns of the index: what a file becomes on its way to being found.

file -> Reading (canonical text and its structure) -> Passages; see records.DocumentRecord
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

Language = Literal["de", "en", "other"]
BlockKind = Literal["heading", "paragraph", "item", "row"]
Span = tuple[int, int]  # [start, end) in characters of the canonical text


@dataclass(frozen=True, slots=True)
class BasedOn:
    """The original that a summary was written from; never the source of a quote."""

    title: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is said about a document: front matter or sidecar, else the file itself, else None."""

    doc_id: str | None = None
    title: str | None = None
    language: Language | None = None
    published: date | None = None
    publisher: str | None = None
    source: str | None = None  # http(s) URL, or a path below the corpus, whose text this is
    based_on: BasedOn | None = None
    tags: tuple[str, ...] = ()
    translation_key: str | None = None
    visible_from: datetime | None = None  # always with a zone
    valid_until: date | None = None  # the last day on which the document answers


class Block(NamedTuple):
    """A span of canonical text that plays one part; blocks are in order and never overlap."""

    start: int
    end: int
    kind: BlockKind
    level: int = 0  # headings: 1 (highest) to 6
    columns: tuple[str, ...] = ()  # rows: the table's column headers, matched and shown, not quoted


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of one file."""

    text: str  # canonical
    metadata: Metadata
    blocks: tuple[Block, ...] | None = None  # None: plain text or Markdown, still to be scanned
    page_starts: tuple[int, ...] = ()  # offset at which physical page 1, 2, ... begins; PDF only
    pages_without_text: tuple[int, ...] = ()  # physical pages, from 1, that need OCR


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of one document; `document.text[start:end] == text` always holds."""

    doc_id: str
    start: int  # offsets in characters of the canonical text, not bytes or tokens
    end: int
    text: str
    language: Language
    headings: tuple[str, ...] = ()  # path from the highest; embedded and matched, never quoted
    columns: tuple[str, ...] = ()  # column headers, where the passage is rows of one table
    sentences: tuple[Span, ...] = ()  # absolute, in order; a list item or table row counts as one
    page: int | None = None  # physical page of `start`, from 1
